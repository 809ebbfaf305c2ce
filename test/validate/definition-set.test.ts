import { describe, expect, test } from 'vitest'
import { brief, faultsOf, readAt, temporaryProject } from '../helpers/temporary-project.js'

const flow = (renamedFrom?: string) =>
  `name: A\ntype: document\n${renamedFrom === undefined ? '' : `renamed_from: ${renamedFrom}\n`}`

test('a signing secret of webhooks is kept out as an API key is, wherever it stands; a name like it is not', () => {
  const random = 'a1b2c3d4e5f6a1b2c3d4e5f6a1b2c3d4'
  const withNote = (note: string) => `name: A\ntype: document\nmetadata: { note: ${note} }\n`
  expect(faultsOf({ 'flows/b.yaml': withNote(`whsec_${random}`) })).toEqual(['flows/b.yaml:3:19 API_KEY_IN_FILE'])
  expect(faultsOf({ 'flows/b.yaml': withNote(`"by whsec_${random}"`) })).toEqual(['flows/b.yaml:3:19 API_KEY_IN_FILE'])
  expect(faultsOf({ [`flows/whsec_${random}.yaml`]: withNote('x') })).toEqual([
    expect.stringMatching(/API_KEY_IN_FILE$/),
  ])
  expect(faultsOf({ 'flows/whsec_payouts.yaml': withNote('whsec_payouts') })).toEqual([])
})

describe('keys', () => {
  test('are told when two files share one, naming the other file', () => {
    const root = temporaryProject({ 'flows/b/x.yml': flow(), 'flows/a/x.yaml': flow(), 'flows/x.yaml': flow() })
    const { diagnostics } = readAt(root)
    expect(diagnostics.map(brief)).toEqual(['flows/b/x.yml:1:1 KEY_DUPLICATE', 'flows/x.yaml:1:1 KEY_DUPLICATE'])
    expect(diagnostics[0]?.related).toEqual([{ file: 'flows/a/x.yaml', line: 1, column: 1 }])
  })

  test.each(['Upper', 'with space', '-dash', '_score', 'ümlaut', 'a.b', 'x'.repeat(64), `vf_${'0'.repeat(24)}`])(
    'cannot be %s',
    (stem) => {
      expect(faultsOf({ [`flows/${stem}.yaml`]: flow() })).toEqual([`flows/${stem}.yaml:1:1 KEY_INVALID`])
    },
  )

  test('cannot be an API key, and are not repeated', () => {
    const key = `sk_live_${'0a'.repeat(12)}`
    const { diagnostics } = readAt(temporaryProject({ [`flows/${key}.yaml`]: flow() }))
    expect(diagnostics.map(({ code }) => code)).toEqual(['API_KEY_IN_FILE'])
    expect(JSON.stringify(diagnostics.map(({ message, hint }) => [message, hint]))).not.toContain(key)
    expect(faultsOf({ 'flows/b.yaml': flow(key) })).toEqual(['flows/b.yaml:3:15 API_KEY_IN_FILE'])
  })

  test.each([
    'a',
    '0',
    'a-b_c9',
    'sk_live_onboarding',
    'rk_test_payouts-in-slovakia-and-in-czechia',
    'x'.repeat(63),
    'constructor',
    'yes',
  ])('can be %s', (stem) => {
    expect(faultsOf({ [`flows/${stem}.yaml`]: flow() })).toEqual([])
  })

  test('are told of files that cannot be read, too', () => {
    expect(faultsOf({ 'flows/X.yaml': '', 'flows/a/b.yaml': '[', 'flows/c/b.yaml': '[' })).toEqual([
      'flows/X.yaml:1:1 FILE_EMPTY',
      'flows/X.yaml:1:1 KEY_INVALID',
      'flows/a/b.yaml:1:2 YAML_SYNTAX',
      'flows/c/b.yaml:1:1 KEY_DUPLICATE',
      'flows/c/b.yaml:1:2 YAML_SYNTAX',
    ])
  })
})

describe('a rename', () => {
  test('takes a key that nobody has', () => {
    const root = temporaryProject({ 'flows/new.yaml': flow('old') })
    expect(readAt(root).desired('local')).toMatchObject([{ key: 'new', renamedFrom: 'old' }])
  })

  test('from the own key is pointless', () => {
    expect(faultsOf({ 'flows/a.yaml': flow('a') })).toEqual(['flows/a.yaml:3:15 RENAME_SELF'])
  })

  test('from a key that is still defined, even by a broken file, is none', () => {
    expect(faultsOf({ 'flows/a.yaml': flow('b'), 'flows/b.yaml': flow() })).toEqual([
      'flows/a.yaml:3:15 RENAME_SOURCE_DEFINED',
    ])
    expect(faultsOf({ 'flows/a.yaml': flow('b'), 'flows/b.yaml': '' })).toContain(
      'flows/a.yaml:3:15 RENAME_SOURCE_DEFINED',
    )
  })

  test('in a chain is told where the source is still defined', () => {
    expect(faultsOf({ 'flows/a.yaml': flow('b'), 'flows/b.yaml': flow('c') })).toEqual([
      'flows/a.yaml:3:15 RENAME_SOURCE_DEFINED',
    ])
  })

  test('in a loop is told once, naming all others', () => {
    const root = temporaryProject({ 'flows/a.yaml': flow('b'), 'flows/b.yaml': flow('c'), 'flows/c.yaml': flow('a') })
    const { diagnostics } = readAt(root)
    expect(diagnostics.map(brief)).toEqual(['flows/a.yaml:3:15 RENAME_LOOP'])
    expect(diagnostics[0]?.related?.map(({ file, line }) => `${file}:${line}`)).toEqual([
      'flows/b.yaml:3',
      'flows/c.yaml:3',
    ])
  })

  test('into a loop from outside is not part of it', () => {
    expect(faultsOf({ 'flows/a.yaml': flow('b'), 'flows/b.yaml': flow('c'), 'flows/c.yaml': flow('b') })).toEqual([
      'flows/a.yaml:3:15 RENAME_SOURCE_DEFINED',
      'flows/b.yaml:3:15 RENAME_LOOP',
    ])
  })

  test('of one key into two flows is ambiguous', () => {
    const root = temporaryProject({ 'flows/a.yaml': flow('old'), 'flows/b.yaml': flow('old') })
    const { diagnostics } = readAt(root)
    expect(diagnostics.map(brief)).toEqual(['flows/b.yaml:3:15 RENAME_AMBIGUOUS'])
    expect(diagnostics[0]?.related).toEqual([{ file: 'flows/a.yaml', line: 3, column: 15 }])
  })
})
