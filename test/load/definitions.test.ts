import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { asDefinition, normalise } from '../../src/model/flow.js'
import { mergePatch } from '../../src/model/merge-patch.js'
import { boundOnce, flowBody } from '../helpers/arbitraries.js'
import { runs } from '../helpers/runs.js'
import { brief, readAt, temporaryProject } from '../helpers/temporary-project.js'

const TEXT = `# yaml-language-server: $schema=../schemas/flow.schema.json

# Owned by risk.
name: High-value transactions
type: document
options:
  document:
    allowed_types:
      - passport
      - id_card
  email: &check { require_verification: true }
  phone: *check
metadata: { team: risk, "a/b": x }
environments:
  local:
    name: Local
    metadata: null
  live:
    options: { document: { allowed_types: [passport] }, email: null }
    metadata: { tier: "1" }
`

describe('a field is located', () => {
  const root = () => temporaryProject({ 'flows/a.yaml': TEXT })
  const at = (environment: string, pointer: string) => {
    const place = readAt(root()).locate('flows/a.yaml', environment, pointer)
    return place === null ? null : `${place.line}:${place.column}`
  }

  test.each([
    ['at its key', 'test', '/name', '4:1'],
    ['at its key, not where its list begins', 'test', '/options/document/allowed_types', '8:5'],
    ['in a flow mapping', 'test', '/metadata/team', '13:13'],
    ['with a slash in its name', 'test', '/metadata/a~1b', '13:25'],
    ['behind an anchor', 'test', '/options/email/require_verification', '11:19'],
    ['where the anchor stands that its alias repeats', 'test', '/options/phone/require_verification', '11:19'],
    ['in the overlay that sets it', 'local', '/name', '16:5'],
    ['in the overlay that replaces it', 'live', '/options/document/allowed_types', '19:28'],
    ['in the overlay that adds it', 'live', '/metadata/tier', '20:17'],
    ['in the body that an overlay adds to', 'live', '/metadata/team', '13:13'],
    ['at the overlay that takes it away', 'live', '/options/email/require_verification', '19:57'],
    ['at the overlay that takes everything away', 'local', '/metadata/team', '17:5'],
    ['as a whole', 'test', '/options/document', '7:3'],
  ])('%s', (_, environment, pointer, expected) => {
    expect(at(environment, pointer)).toBe(expected)
  })

  test.each(['/protected', '/return_url', '/options/matching/dob', '/options/document/require_live_capture', '/x/y'])(
    'nowhere when a default sets it: %s',
    (pointer) => {
      expect(at('test', pointer)).toBeNull()
    },
  )

  test('nowhere when the file has changed since', () => {
    const folder = root()
    const definitions = readAt(folder)
    writeFileSync(join(folder, 'flows/a.yaml'), `\n${TEXT}`)
    expect(definitions.locate('flows/a.yaml', 'local', '/name')).toBeNull()
    expect(definitions.bodyLine('flows/a.yaml')).toBe(1)
    expect(definitions.locate('flows/other.yaml', 'local', '/name')).toBeNull()
  })
})

test.each([
  [TEXT, 4],
  ['name: A\ntype: document\n', 1],
  ['\ufeff# x\r\n\r\n---\r\nname: A\r\ntype: document\r\n', 4],
  ['%YAML 1.2\n---\n# x\ntype: document\nname: A\n', 4],
  ['environments: { live: {} }\nname: A\ntype: document\n', 2],
  ['\n{ environments: {},\n  name: A, type: document }\n', 3],
  ['\n"name": A\ntype: document\n', 2],
  ['--- # x\nname: A\ntype: document\n', 2],
])('the body of %j begins in line %i', (text, line) => {
  expect(readAt(temporaryProject({ 'flows/a.yaml': text })).bodyLine('flows/a.yaml')).toBe(line)
})

describe('the desired flows', () => {
  test('are those of the environment, normalised, in order of key', () => {
    const root = temporaryProject({
      'flows/b.yaml': 'name: B\ntype: id_number\nrenamed_from: old\n',
      'flows/z/a.yaml': 'name: A\ntype: document\nenvironments: { live: { name: Live } }\n',
    })
    expect(readAt(root).desired('live')).toEqual([
      { key: 'a', renamedFrom: null, file: 'flows/z/a.yaml', config: normalise({ name: 'Live', type: 'document' }) },
      { key: 'b', renamedFrom: 'old', file: 'flows/b.yaml', config: normalise({ name: 'B', type: 'id_number' }) },
    ])
  })

  test('are refused where a definition is wrong', () => {
    const definitions = readAt(temporaryProject({ 'flows/a.yaml': 'name: A\n' }))
    expect(() => definitions.desired('local')).toThrow(/errors/)
  })

  test('are those that were checked, whatever has changed since; refused when nobody knows them any more', () => {
    const root = temporaryProject({ 'flows/a.yaml': 'name: A\ntype: document\n' })
    readAt(root)
    const [one, other] = [readAt(root), readAt(root)]
    writeFileSync(join(root, 'flows/a.yaml'), 'name: B\ntype: document\n')
    expect(one.desired('local')[0]?.config.name).toBe('A')
    rmSync(join(root, '.flows'), { recursive: true })
    expect(() => other.desired('local')).toThrow(/changed/)
  })

  test('do not depend on the order in which a disk lists files', () => {
    fc.assert(
      fc.property(fc.array(flowBody, { minLength: 2, maxLength: 3 }), fc.nat(), (drawn, seed) => {
        const bodies = drawn.map((body, index) => boundOnce(`f${index}`, body))
        const files = bodies.map(
          (body, index) => [`flows/f${index}.yaml`, JSON.stringify(asDefinition(body, 'test'))] as const,
        )
        const turned = files.map((_, index) => files[(index + seed) % files.length] as (typeof files)[number])
        const [one, other] = [files, turned.reverse()].map((list) => readAt(temporaryProjectOf(list), { cache: false }))
        expect(other?.desired('local')).toEqual(one?.desired('local'))
        expect(other?.digest).toBe(one?.digest)
        expect(one?.desired('local').map(({ config }) => config)).toEqual(bodies.map(normalise))
      }),
      runs(400),
    )
  })

  const temporaryProjectOf = (files: readonly (readonly [string, string])[]) =>
    temporaryProject(Object.fromEntries(files))
})

describe('the digest', () => {
  const root = () => temporaryProject({ 'flows/a.yaml': 'name: A\ntype: document\n' })
  const digest = (folder: string) => readAt(folder).digest

  test('is the same in every folder', () => {
    expect(digest(root())).toBe(digest(root()))
  })

  test('is another for another content, name or configuration', () => {
    const folder = root()
    const digests = [digest(folder)]
    writeFileSync(join(folder, 'flows/a.yaml'), 'name: A\ntype: document\n#\n')
    digests.push(digest(folder))
    renameSync(join(folder, 'flows/a.yaml'), join(folder, 'flows/a.yml'))
    digests.push(digest(folder))
    writeFileSync(join(folder, 'flows.config.yaml'), 'project: other\nenvironments: { local: {} }\n')
    digests.push(digest(folder))
    expect(new Set(digests).size).toBe(4)
  })
})

describe('a merge patch', () => {
  const json = fc.jsonValue({ maxDepth: 3 })

  test('applied twice is applied once', () => {
    fc.assert(
      fc.property(json, json, (target, patch) => {
        const once = mergePatch(target, patch)
        expect(mergePatch(once, patch)).toEqual(once)
      }),
      runs(400),
    )
  })

  test('of nothing changes no object, and leaves no null behind', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), json), fc.dictionary(fc.string(), json), (target, patch) => {
        expect(mergePatch(target, {})).toEqual(target)
        const merged = mergePatch({}, patch)
        expect(JSON.stringify(merged)).toBe(JSON.stringify(withoutNull(patch)))
      }),
      runs(400),
    )
  })

  test('changes neither of its arguments', () => {
    fc.assert(
      fc.property(json, json, (target, patch) => {
        const before = structuredClone([target, patch])
        mergePatch(target, patch)
        expect([target, patch]).toEqual(before)
      }),
      runs(400),
    )
  })

  test('treats __proto__ as any member', () => {
    const merged = mergePatch({}, JSON.parse('{"__proto__": {"a": {"b": 1}}}')) as object
    expect(Object.getPrototypeOf(merged)).toBe(Object.prototype)
    expect(Object.keys(merged)).toEqual(['__proto__'])
  })

  function withoutNull(value: unknown): unknown {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return value
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, member]) => member !== null)
        .map(([name, member]) => [name, withoutNull(member)]),
    )
  }
})

test('diagnostics come in order of file, line and column', () => {
  const root = temporaryProject({
    'flows/b.yaml': 'type: x\nname: 5\n',
    'flows/a.yaml': 'name: 5\ntype: x\nprotected: on\n',
  })
  expect(readAt(root).diagnostics.map(brief)).toEqual([
    'flows/a.yaml:1:7 NOT_A_STRING',
    'flows/a.yaml:2:7 UNKNOWN_VALUE',
    'flows/a.yaml:3:12 NOT_A_BOOLEAN',
    'flows/b.yaml:1:7 UNKNOWN_VALUE',
    'flows/b.yaml:2:7 NOT_A_STRING',
  ])
})
