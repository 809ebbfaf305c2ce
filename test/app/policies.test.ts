import { describe, expect, test } from 'vitest'
import { readPolicies } from '../../src/app/project/policies.js'
import { loadProject } from '../../src/app/project/project.js'
import { cpuTimer } from '../helpers/cpu-time.js'
import { brief, type Files, projectAt, temporaryProject, writeFiles } from '../helpers/temporary-project.js'

const POLICY = 'message: m\nrequire: flow.protected\n'

async function policiesOf(files: Files) {
  return readPolicies(projectAt(temporaryProject(files)), { cache: false })
}

async function faultsOf(files: Files): Promise<string[]> {
  return (await policiesOf(files)).diagnostics.map(brief)
}

const config = (more: string): Files => ({ 'flows.config.yaml': `project: p\nenvironments: { local: {} }\n${more}` })

describe('the folder of policies', () => {
  test('may be missing', async () => {
    expect(await policiesOf({})).toMatchObject({ names: [], diagnostics: [], digest: null })
  })

  test('is there where it is named', async () => {
    expect(await faultsOf(config('policies: rules\n'))).toEqual(['flows.config.yaml:3:11 FOLDER_MISSING'])
    expect(await policiesOf({ ...config('policies: ./rules/\n'), 'rules/a.yaml': POLICY })).toMatchObject({
      names: ['a'],
      diagnostics: [],
    })
  })

  test('holds one policy per file, named after it', async () => {
    const files = { 'policies/b.yaml': POLICY, 'policies/deep/a.yml': POLICY, 'policies/README.md': '#' }
    expect((await policiesOf(files)).names).toEqual(['a', 'b'])
  })

  test('is not the one of the definitions', async () => {
    expect(await policiesOf({ ...config('flows: policies\n'), 'policies/a.yaml': 'name: A\n' })).toMatchObject({
      names: [],
      diagnostics: [],
    })
    for (const folder of ['flows', 'flows/policies']) {
      const root = temporaryProject(config(`policies: ${folder}\n`))
      expect(loadProject(`${root}/flows.config.yaml`).diagnostics.map(brief)).toEqual([
        'flows.config.yaml:3:11 INVALID_VALUE',
      ])
    }
  })

  test.each(['../rules', '/rules', '.rules'])('is no %s', (folder) => {
    const root = temporaryProject(config(`policies: ${folder}\n`))
    expect(loadProject(`${root}/flows.config.yaml`).diagnostics.map(brief)).toEqual([
      'flows.config.yaml:3:11 INVALID_VALUE',
    ])
  })
})

describe('what is wrong with a policy is told at its place', () => {
  test.each([
    ['no YAML', 'message: [\n', '2:1 YAML_SYNTAX'],
    ['a key twice', `${POLICY}message: n\n`, '3:1 YAML_DUPLICATE_KEY'],
    ['a misspelt field', 'message: m\nrequires: flow.protected\n', '2:1 UNKNOWN_FIELD'],
    ['no condition', 'message: m\n', '1:1 MISSING_FIELD'],
    ['a condition that is no text', 'message: m\nrequire: true\n', '2:10 NOT_A_STRING'],
    ['an unknown level', `${POLICY}level: error\n`, '3:8 UNKNOWN_VALUE'],
    ['an unknown environment', `${POLICY}environments: [live, prod]\n`, '3:22 ENVIRONMENT_UNKNOWN'],
    ['an API key', `${POLICY}description: as rk_live_${'0a'.repeat(12)} sees\n`, '3:14 API_KEY_IN_FILE'],
    ['no such field', `${POLICY}at: /options/selfie\n`, '3:5 UNKNOWN_VALUE'],
    ['a message of two lines', 'message: |\n  a\n  b\nrequire: flow.protected\n', '1:10 CONTROL_CHARACTER'],
    ['an unknown name', 'message: m\nrequire: flow.protectd\n', '2:15 EXPRESSION_TYPE'],
    [
      'an unknown name in a block',
      'message: m\nrequire: |\n  livemode &&\n    flow.protectd\n',
      '4:10 EXPRESSION_TYPE',
    ],
    ['no CEL', 'message: m\nrequire: "(livemode"\n', '2:20 EXPRESSION_SYNTAX'],
    ['a condition that is none', 'message: m\nrequire: flow.name\n', '2:10 EXPRESSION_TYPE'],
    ['too much', `message: m\nrequire: ${'('.repeat(50)}livemode${')'.repeat(50)}\n`, '2:42 EXPRESSION_LIMIT'],
    ['far too much', `message: m\nrequire: "${'!'.repeat(3000)}livemode"\n`, '2:10 INVALID_VALUE'],
  ])('%s', async (_, text, expected) => {
    expect(await faultsOf({ 'policies/p.yaml': text })).toEqual([`policies/p.yaml:${expected}`])
  })

  test('everything at once, in order', async () => {
    expect(
      await faultsOf({
        'policies/A.yaml': POLICY,
        'policies/b.yaml': 'message: m\nwhen: flow.nam == "a"\nrequire: flow.typ == "document"\nlevel: no\n',
        'policies/c.yaml': POLICY,
        'policies/d/c.yaml': POLICY,
        'policies/e.YAML': POLICY,
      }),
    ).toEqual([
      'policies/A.yaml:1:1 KEY_INVALID',
      'policies/b.yaml:2:12 EXPRESSION_TYPE',
      'policies/b.yaml:3:15 EXPRESSION_TYPE',
      'policies/b.yaml:4:8 UNKNOWN_VALUE',
      'policies/d/c.yaml:1:1 KEY_DUPLICATE',
      'policies/e.YAML:1:1 FILE_OVERLOOKED',
    ])
  })

  test('a million aliases cost nothing', async () => {
    const levels = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
    const lines = levels.map(
      (name, index) => `${name}: &${name} [${Array(9).fill(index ? `*${levels[index - 1]}` : 'x')}]`,
    )
    const spent = cpuTimer()
    expect(await faultsOf({ 'policies/p.yaml': `${lines.join('\n')}\n` })).toContain('policies/p.yaml:5:8 YAML_ALIASES')
    expect(spent()).toBeLessThan(2_000)
  })
})

describe('the digest of the policies', () => {
  const digestOf = async (files: Files) => (await policiesOf(files)).digest

  test('changes with a text, a name, and the environments that there are', async () => {
    const digests = [
      await digestOf({ 'policies/a.yaml': POLICY }),
      await digestOf({ 'policies/a.yaml': `${POLICY}level: warn\n` }),
      await digestOf({ 'policies/b.yaml': POLICY }),
      await digestOf({ ...config(''), 'policies/a.yaml': POLICY }),
    ]
    expect(new Set(digests).size).toBe(4)
    expect(await digestOf({ 'policies/a.yaml': POLICY })).toBe(digests[0])
  })
})

describe('policies that were found without fault', () => {
  test('are believed as long as nothing changes', async () => {
    const root = temporaryProject({ 'policies/a.yaml': POLICY })
    const first = await readPolicies(projectAt(root))
    expect(await readPolicies(projectAt(root))).toMatchObject({ digest: first.digest, diagnostics: [] })
    writeFiles(root, { 'policies/a.yaml': 'message: m\nrequire: flow.protectd\n' })
    expect((await readPolicies(projectAt(root))).diagnostics.map(brief)).toEqual([
      'policies/a.yaml:2:15 EXPRESSION_TYPE',
    ])
    expect((await readPolicies(projectAt(root))).diagnostics).toHaveLength(1)
    writeFiles(root, {
      'policies/a.yaml': `${POLICY}environments: [live]\n`,
    })
    expect((await readPolicies(projectAt(root))).diagnostics).toEqual([])
    writeFiles(root, config(''))
    expect((await readPolicies(projectAt(root))).diagnostics.map(brief)).toEqual([
      'policies/a.yaml:3:16 ENVIRONMENT_UNKNOWN',
    ])
  })
})
