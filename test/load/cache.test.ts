import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { readCacheFile, writeCacheFile } from '../../src/load/cache/cache-file.js'
import { DefinitionCache } from '../../src/load/cache/definition-cache.js'
import { DefinitionFiles } from '../../src/load/definition-files.js'
import { sha256 } from '../../src/model/canonical.js'
import { runs } from '../helpers/runs.js'
import { readAt, temporaryProject, writeFiles } from '../helpers/temporary-project.js'
import { unprivileged } from '../helpers/unprivileged.js'

const flow = (name: string, rest = '') => `name: ${name}\ntype: document\n${rest}`
const cacheOf = (root: string) => join(root, '.flows/cache')
const namesIn = (root: string) =>
  readAt(root)
    .desired('local')
    .map(({ config }) => config.name)

/** Everything that a caller can see of the definitions. */
function seen(root: string, cache: boolean): unknown {
  const definitions = readAt(root, { cache })
  const { count, digest, diagnostics } = definitions
  const isValid = diagnostics.length === 0
  return {
    count,
    digest,
    diagnostics,
    ...(isValid && {
      desired: ['local', 'live'].map((name) => definitions.desired(name)),
      places: definitions
        .desired('live')
        .map(({ file }) => [
          definitions.bodyLine(file),
          definitions.locate(file, 'live', '/name'),
          definitions.locate(file, 'live', '/metadata/a'),
        ]),
    }),
  }
}

describe('the cache', () => {
  test('is written once, says that it is no part of the repository, and is used', () => {
    const root = temporaryProject({ 'flows/a.yaml': flow('A') })
    expect(namesIn(root)).toEqual(['A'])
    expect(readFileSync(join(root, '.flows/.gitignore'), 'utf8')).toBe('*\n')
    // The embedded store lies in the same folder, whichever of the two makes it.
    expect(statSync(join(root, '.flows')).mode & 0o777).toBe(0o700)
    const files = readdirSync(cacheOf(root))
    expect(files.sort()).toEqual(['definitions.set', 'definitions.values'])
    const written = files.map((file) => statSync(join(cacheOf(root), file)).mtimeMs)
    expect(namesIn(root)).toEqual(['A'])
    expect(files.map((file) => statSync(join(cacheOf(root), file)).mtimeMs)).toEqual(written)
  })

  test('is not written when anything is wrong, nor when it is turned off', () => {
    const root = temporaryProject({ 'flows/a.yaml': flow('A'), 'flows/b.yaml': 'name: 5\n' })
    readAt(root)
    expect(existsSync(join(root, '.flows'))).toBe(false)
    rmSync(join(root, 'flows/b.yaml'))
    readAt(root, { cache: false })
    expect(existsSync(join(root, '.flows'))).toBe(false)
  })

  test('keeps nothing of files that are gone', () => {
    const root = temporaryProject({ 'flows/a.yaml': flow('A'), 'flows/b.yaml': flow('Bygone') })
    readAt(root)
    rmSync(join(root, 'flows/b.yaml'))
    readAt(root)
    expect(readFileSync(join(cacheOf(root), 'definitions.values'), 'utf8')).not.toContain('Bygone')
  })

  test('notices a change of the configuration', () => {
    const root = temporaryProject({ 'flows/a.yaml': flow('A', 'environments: { live: { name: B } }\n') })
    readAt(root)
    writeFiles(root, { 'flows.config.yaml': 'project: p\nenvironments: { local: {} }\n' })
    expect(readAt(root).diagnostics.map(({ code }) => code)).toEqual(['ENVIRONMENT_UNKNOWN'])
  })

  test('notices a file that takes another name', () => {
    const root = temporaryProject({ 'flows/a.yaml': flow('A', 'renamed_from: b\n') })
    readAt(root)
    renameSync(join(root, 'flows/a.yaml'), join(root, 'flows/b.yaml'))
    expect(readAt(root).diagnostics.map(({ code }) => code)).toEqual(['RENAME_SELF'])
  })

  test('has no say when it is damaged, emptied or made by somebody else', () => {
    const root = temporaryProject({ 'flows/a.yaml': flow('A') })
    const truth = seen(root, false)
    readAt(root)
    for (const file of readdirSync(cacheOf(root))) {
      const path = join(cacheOf(root), file)
      const sound = readFileSync(path)
      const forged = Buffer.from(sound.toString().replace('"name":"A"', '"name":"Z"'))
      for (const content of [
        sound.subarray(0, -1),
        sound.subarray(0, 70),
        Buffer.alloc(0),
        Buffer.alloc(1e6),
        forged,
      ]) {
        writeFileSync(path, content)
        expect(seen(root, true)).toEqual(truth)
      }
      writeFileSync(path, sound)
    }
  })

  test('that claims a set to be valid counts only with the seal of this user', () => {
    const root = temporaryProject({ 'flows/a.yaml': flow('A') })
    readAt(root)
    const stolen = readFileSync(join(cacheOf(root), 'definitions.values'))
    try {
      vi.stubEnv('XDG_CACHE_HOME', mkdtempSync(join(tmpdir(), 'flows-other-')))
      expect(readCacheFile(root, 'definitions.set')).toBeNull()
      readAt(root)
      expect(readFileSync(join(cacheOf(root), 'definitions.values'))).not.toEqual(stolen)
    } finally {
      rmSync(process.env.XDG_CACHE_HOME ?? '', { recursive: true, force: true })
      vi.unstubAllEnvs()
    }
    expect(namesIn(root)).toEqual(['A'])
  })

  test('changes nothing behind a link, and does without a folder where it cannot have one', () => {
    const elsewhere = temporaryProject({})
    const linked = temporaryProject({ 'flows/a.yaml': flow('A') })
    symlinkSync(elsewhere, join(linked, '.flows'))
    expect(namesIn(linked)).toEqual(['A'])
    expect(readdirSync(elsewhere)).toEqual(['flows.config.yaml'])

    const deeper = temporaryProject({ 'flows/a.yaml': flow('A') })
    mkdirSync(join(deeper, '.flows'))
    symlinkSync(elsewhere, join(deeper, '.flows/cache'))
    expect(namesIn(deeper)).toEqual(['A'])
    expect(readdirSync(elsewhere)).toEqual(['flows.config.yaml'])

    const file = temporaryProject({ 'flows/a.yaml': flow('A'), '.flows': 'mine' })
    expect(namesIn(file)).toEqual(['A'])
    expect(readFileSync(join(file, '.flows'), 'utf8')).toBe('mine')
  })

  test('replaces a link that stands in place of its file, not what it leads to', () => {
    const root = temporaryProject({ 'flows/a.yaml': flow('A'), 'precious.txt': 'precious' })
    mkdirSync(cacheOf(root), { recursive: true })
    symlinkSync('../../precious.txt', join(cacheOf(root), 'definitions.set'))
    expect(namesIn(root)).toEqual(['A'])
    expect(readFileSync(join(root, 'precious.txt'), 'utf8')).toBe('precious')
  })

  test('is done without on a disk that cannot be written', () => {
    const root = temporaryProject({ 'flows/a.yaml': flow('A') })
    chmodSync(root, 0o500)
    expect(unprivileged(root, () => namesIn(root))).toEqual(['A'])
    expect(existsSync(join(root, '.flows'))).toBe(false)
    chmodSync(root, 0o700)
  })

  test('is done without where the key cannot be kept', () => {
    const root = temporaryProject({ 'flows/a.yaml': flow('A'), 'no-folder': '' })
    try {
      vi.stubEnv('XDG_CACHE_HOME', join(root, 'no-folder'))
      expect(namesIn(root)).toEqual(['A'])
      expect(existsSync(join(root, '.flows'))).toBe(false)
    } finally {
      vi.unstubAllEnvs()
    }
  })

  test('is not read behind a link', () => {
    const root = temporaryProject({})
    writeCacheFile(root, 'kept', 1)
    renameSync(join(root, '.flows'), join(root, 'elsewhere'))
    symlinkSync('elsewhere', join(root, '.flows'))
    expect(readCacheFile(root, 'kept')).toBeNull()
  })

  test('spares the parsing of a content that was read before, under any name', () => {
    const root = temporaryProject({ 'flows/a.yaml': flow('A'), 'flows/b.yaml': flow('B') })
    const hash = sha256(flow('A'))
    new DefinitionCache(root, 'this program', 'definitions').save(
      { digest: 'a set', bases: [] },
      new Map([[hash, 'known']]),
    )
    const files = ['flows/a.yaml', 'flows/b.yaml'].map((file) => ({ file, key: file }))
    const valuesOf = (program: string) =>
      new DefinitionFiles(root, files, { cache: new DefinitionCache(root, program, 'definitions'), parse: false })
        .read()
        .map(({ value }) => value)
    expect(valuesOf('this program')).toEqual(['known', { name: 'B', type: 'document' }])
    expect(valuesOf('another program')).toEqual([
      { name: 'A', type: 'document' },
      { name: 'B', type: 'document' },
    ])
  })

  test('leaves no temporary files', () => {
    const root = temporaryProject({})
    mkdirSync(join(cacheOf(root), 'taken'), { recursive: true })
    writeCacheFile(root, 'taken', 'a folder stands in the way')
    writeCacheFile(root, 'free', { a: 1 })
    expect(readdirSync(cacheOf(root)).sort()).toEqual(['free', 'taken'])
    expect(readCacheFile(root, 'free')).toEqual({ a: 1 })
    expect(readCacheFile(root, 'other')).toBeNull()
  })

  test('of one name is no good under another', () => {
    const root = temporaryProject({})
    writeCacheFile(root, 'one', 1)
    renameSync(join(cacheOf(root), 'one'), join(cacheOf(root), 'two'))
    expect(readCacheFile(root, 'two')).toBeNull()
  })
})

describe('whatever happens to the files', () => {
  const path = fc.constantFrom('flows/a.yaml', 'flows/b.yml', 'flows/sub/a.yaml', 'flows/sub/c.yaml', 'flows/D.yaml')
  const content = fc.oneof(
    fc.constantFrom(
      flow('A'),
      flow('A', 'renamed_from: b\n'),
      flow('A', 'renamed_from: old\n'),
      flow('B', 'metadata: { a: x }\n'),
      flow('B', 'environments: { live: { metadata: { a: y } } }\n'),
      flow('B', 'environments: { test: {} }\n'),
      `# comment first\n\n${flow('C')}`,
      'name: 5\ntype: document\n',
      'name: [',
      '',
    ),
    fc.string({ maxLength: 4 }).map((text) => flow(JSON.stringify(text))),
  )
  const edit = fc.oneof(
    { weight: 5, arbitrary: fc.record({ what: fc.constant('write' as const), path, content }) },
    { weight: 2, arbitrary: fc.record({ what: fc.constant('remove' as const), path }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant('damage' as const), at: fc.nat(400) }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant('configure' as const), test: fc.boolean() }) },
  )

  test('reading with the cache and without says the same', () => {
    const root = temporaryProject({ 'flows/keep.yaml': flow('Keep') })
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
        for (const one of edits) {
          if (one.what === 'write') writeFiles(root, { [one.path]: one.content })
          else if (one.what === 'remove') rmSync(join(root, one.path), { force: true })
          else if (one.what === 'damage') damage(root, one.at)
          else configure(root, one.test)
        }
        expect(seen(root, true)).toEqual(seen(root, false))
      }),
      runs(400),
    )
  })

  function damage(root: string, at: number): void {
    if (!existsSync(cacheOf(root))) return
    for (const file of readdirSync(cacheOf(root))) {
      const bytes = readFileSync(join(cacheOf(root), file))
      bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ 1
      writeFileSync(join(cacheOf(root), file), bytes)
    }
  }

  function configure(root: string, test: boolean): void {
    const live = 'live: { mode: live, api: https://flows.example.com, api_key_env: KEY }'
    writeFiles(root, {
      'flows.config.yaml': `project: p\nenvironments: { local: {}, ${live}${test ? ', test: { api: https://test.example.com, api_key_env: KEY }' : ''} }\n`,
    })
  }
})
