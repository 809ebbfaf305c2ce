import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { type Source, toTheFirstPullRequest } from './first-pull-request.js'
import { MANAGERS, type Manager } from './managers.js'
import { run } from './run.js'

const release = inject('release')

/** Where all of them keep what they have downloaded, as a home does that is not empty. Of this run alone. */
const CACHE = mkdtempSync(join(tmpdir(), 'flows-install-cache-'))
afterAll(() => rmSync(CACHE, { recursive: true, force: true }))

/** Of a registry behind an authority of its own: a job has a clean environment, and is told. */
const certificates = Object.fromEntries(
  Object.entries(process.env).filter((entry): entry is [string, string] => entry[0] === 'NODE_EXTRA_CA_CERTS'),
)

describe.each(Object.keys(MANAGERS))('with %s, engines taken at their word,', (row) => {
  const manager = MANAGERS[row] as Manager
  let env: Readonly<Record<string, string>>

  beforeAll(async () => {
    env = {
      npm_config_cache: (await run('.', ['npm', 'config', 'get', 'cache'])).trim(),
      // Of npm and pnpm; Yarn 1 is always strict.
      npm_config_engine_strict: 'true',
      XDG_DATA_HOME: CACHE,
      YARN_CACHE_FOLDER: CACHE,
      YARN_GLOBAL_FOLDER: CACHE,
      YARN_ENABLE_TELEMETRY: '0',
      ...certificates,
    }
  })

  test.each<[string, Source]>([
    ['a tarball', 'tarball'],
    ['git', 'git'],
  ])(
    'and the package from %s, getting started ends in a plan that was reviewed and applied by the jobs',
    async (_, source) => {
      const isWhole = row === 'npm' && source === 'tarball'
      const story = await toTheFirstPullRequest({ row, manager, source, isWhole, release, env })
      const { folder, pull, job, comment, repository, inService } = story
      const { devDependencies, scripts } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
      expect(devDependencies['verification-flows']).toMatch(
        source === 'git'
          ? `${release.address}#v${release.version}`
          : /^file:(\.\/)?vendor\/verification-flows-.*\.tgz$/,
      )
      expect(scripts).toMatchObject({ 'flows:plan': 'flows plan' })
      if (source === 'tarball' && manager.hasFolder) await hasTypes(folder)

      if (isWhole) expect((await job('validate')).ran.at(-1)).toBe('Validate and test the definitions')
      await job('plan')
      expect(comment()).toMatchObject({ status: 'planned', commit: pull.head.sha })
      repository.merge(pull)
      const { outputs } = await job('apply')
      expect(comment()).toMatchObject({ status: 'applied', deployment: outputs.apply?.deployment })
      const deployments = await inService('/v2/identity/flow_deployments')
      expect(deployments).toMatchObject([
        { id: outputs.apply?.deployment, actor: 'ci-apply', livemode: true, summary: { create: 2 } },
      ])
      const flows = await inService('/v1/identity/verification_flows')
      expect(flows.map(({ key }: { key: string }) => key).sort()).toEqual(['high-value', 'sign-up'])
    },
  )
})

/** By the rules of today, and by the older ones of node10. */
async function hasTypes(folder: string): Promise<void> {
  writeFileSync(
    join(folder, 'use.ts'),
    'import { type Plan, plan } from "verification-flows"\n' +
      'const made: Plan = plan([], { livemode: false, store: null, last_deployment: null, flows: [] }, { project: "p", environment: "local" })\n' +
      'export const count: number = made.changes.length\n',
  )
  const tsc = [resolve('node_modules/.bin/tsc'), '--noEmit', '--strict', '--skipLibCheck'] as const
  const types = ['--types', 'node', '--typeRoots', resolve('node_modules/@types'), '--target', 'es2023'] as const
  const older = ['--module', 'commonjs', '--moduleResolution', 'node10', '--ignoreDeprecations', '6.0']
  await run(folder, [...tsc, ...types, '--module', 'nodenext', 'use.ts'])
  await run(folder, [...tsc, ...types, ...older, 'use.ts'])
}
