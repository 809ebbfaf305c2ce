import { rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { configIn } from '../../src/model/flow.js'
import { brief, faultsOf, readAt, temporaryProject, writeFiles } from '../helpers/temporary-project.js'

const BASE =
  'type: document\noptions:\n  document: { require_matching_selfie: true }\nmetadata: { team: risk, tier: base }\n'
const CONFIG = `project: acme-kyc
environments:
  local:
    variables: { verified_url: http://localhost:3000/done, open: true }
  live:
    mode: live
    api: https://flows.example.com
    api_key_env: FLOWS_LIVE_KEY
    variables: { verified_url: https://example.com/done, only_live: Live }
`

/** The messages of what is wrong with these files. */
function messagesOf(files: Readonly<Record<string, string>>): string[] {
  const { diagnostics } = readAt(temporaryProject(files), { cache: false })
  return diagnostics.map((one) => `${brief(one)} ${one.message}`)
}

/** What the flow "a" is in an environment. */
function configOf(files: Readonly<Record<string, string>>, environment: string) {
  const definitions = readAt(temporaryProject(files), { cache: false })
  expect(definitions.diagnostics).toEqual([])
  return definitions.desired(environment).find(({ key }) => key === 'a')?.config
}

describe('extends', () => {
  test('takes what a base says below what the definition says; null takes a value of the base away', () => {
    const files = {
      'base/strict.yaml': BASE,
      'flows/a.yaml': 'extends: base/strict.yaml\nname: A\nmetadata: { tier: null, owner: me }\n',
    }
    expect(configOf(files, 'local')).toEqual(
      configIn(
        {
          name: 'A',
          type: 'document',
          options: { document: { require_matching_selfie: true } },
          metadata: { team: 'risk', owner: 'me' },
        },
        'local',
      ),
    )
  })

  test('goes over several levels, and a nearer file counts more', () => {
    const files = {
      'base/one.yaml': 'type: document\ndescription: one\nprotected: true\nmetadata: { a: one, b: one, c: one }\n',
      'base/two.yaml': 'extends: base/one.yaml\ndescription: two\nmetadata: { b: two, c: two }\n',
      'flows/a.yaml': 'extends: ./base/two.yaml\nname: A\nmetadata: { c: own }\n',
    }
    expect(configOf(files, 'local')).toMatchObject({
      description: 'two',
      protected: true,
      metadata: { a: 'one', b: 'two', c: 'own' },
    })
  })

  test('overlays come after all bodies: what a base says for live counts more than what a definition says for all', () => {
    const files = {
      'base/strict.yaml': `${BASE}environments:\n  live: { description: base in live, protected: true }\n`,
      'flows/a.yaml':
        'extends: base/strict.yaml\nname: A\ndescription: own\nprotected: false\nenvironments:\n  live: { protected: null }\n',
    }
    expect(configOf(files, 'local')).toMatchObject({ description: 'own', protected: false })
    expect(configOf(files, 'live')).toMatchObject({ description: 'base in live', protected: false })
  })

  test('a base is not a flow, and only what is extended is read', () => {
    const files = {
      'base/strict.yaml': BASE,
      'base/unused.yaml': 'nonsense: [',
      'flows/a.yaml': 'extends: base/strict.yaml\nname: A\n',
    }
    const definitions = readAt(temporaryProject(files))
    expect(definitions.desired('local').map(({ key }) => key)).toEqual(['a'])
    expect(definitions.bases).toEqual(['base/strict.yaml'])
  })

  test('a path that leads nowhere, out of the project or to a flow is an error at the line, with what was meant', () => {
    const files = {
      'base/strict.yaml': BASE,
      'flows/a.yaml': 'extends: base/strickt.yaml\nname: A\ntype: document\n',
      'flows/b.yaml': 'name: B\ntype: document\nextends: ../other/strict.yaml\n',
      'flows/c.yaml': 'extends: flows/a.yaml\nname: C\ntype: document\n',
      'flows/d.yaml': 'extends: base/strict.json\nname: D\ntype: document\n',
      'flows/e.yaml': 'extends: base/strict.yaml\nname: E\n',
    }
    const { diagnostics } = readAt(temporaryProject(files), { cache: false })
    expect(diagnostics.map(brief)).toEqual([
      'flows/a.yaml:1:10 EXTENDS_MISSING',
      'flows/b.yaml:3:10 INVALID_VALUE',
      'flows/c.yaml:1:10 EXTENDS_FLOW',
      'flows/d.yaml:1:10 INVALID_VALUE',
    ])
    expect(diagnostics[0]?.hint).toBe('did you mean "base/strict.yaml"?')
  })

  test('files that extend each other are one error, with every place', () => {
    const { diagnostics } = readAt(
      temporaryProject({
        'base/one.yaml': 'type: document\nextends: base/two.yaml\n',
        'base/two.yaml': 'extends: base/one.yaml\n',
        'flows/a.yaml': 'extends: base/one.yaml\nname: A\n',
        'flows/b.yaml': 'extends: base/two.yaml\nname: B\n',
      }),
      { cache: false },
    )
    expect(diagnostics).toMatchObject([
      {
        code: 'EXTENDS_LOOP',
        at: { file: 'base/one.yaml', line: 2, column: 10 },
        related: [{ file: 'base/two.yaml', line: 1, column: 10 }],
      },
    ])
  })

  test('what is wrong in a base is said once, at the base, however many definitions extend it', () => {
    const files = {
      'base/strict.yaml': `${BASE}return_url: http://example.com/\nprotectd: true\nrenamed_from: x\n`,
      'flows/a.yaml': 'extends: base/strict.yaml\nname: A\n',
      'flows/b.yaml': 'extends: base/strict.yaml\nname: B\n',
    }
    expect(faultsOf(files)).toEqual([
      'base/strict.yaml:5:13 RETURN_URL_INVALID',
      'base/strict.yaml:6:1 UNKNOWN_FIELD',
      'base/strict.yaml:7:1 UNKNOWN_FIELD',
    ])
  })

  test('what is wrong only together stands where the value does, and names the definition', () => {
    const files = {
      'base/strict.yaml': `${BASE}return_url: http://192.168.0.1/\n`,
      'flows/a.yaml': 'extends: base/strict.yaml\nname: A\ntype: id_number\n',
      'flows/b.yaml': 'extends: base/strict.yaml\n',
    }
    expect(messagesOf(files)).toEqual([
      'base/strict.yaml:3:3 OPTION_NOT_ALLOWED "options.document" does not go with type "id_number" (in flows/a.yaml)',
      'base/strict.yaml:5:13 RETURN_URL_INVALID "http://192.168.0.1/" is not encrypted (in environment "live") (in flows/a.yaml)',
      'flows/b.yaml:1:1 MISSING_FIELD "name" is missing',
    ])
  })

  test('null is for what extends another file; elsewhere there is nothing that it could take away', () => {
    expect(faultsOf({ 'flows/a.yaml': 'name: A\ntype: document\ndescription: null\n' })).toEqual([
      'flows/a.yaml:3:14 WRONG_TYPE',
    ])
  })

  test('a base behind a link that leads out of the project is never opened', () => {
    const root = temporaryProject({ 'base/x.yaml': BASE, 'flows/a.yaml': 'extends: base/strict.yaml\nname: A\n' })
    symlinkSync('/etc/hostname', join(root, 'base/strict.yaml'))
    expect(readAt(root).diagnostics.map(brief)).toEqual(['base/strict.yaml:1:1 LINK_OUTSIDE'])
  })
})

describe('variables', () => {
  const flow = (rest: string) => ({ 'flows.config.yaml': CONFIG, 'flows/a.yaml': `name: A\ntype: document\n${rest}` })

  test('give a field the value of the environment', () => {
    const files = flow(
      'return_url: { variable: verified_url }\nenvironments:\n  live: { name: { variable: only_live } }\n  local: { static_link: { active: { variable: open } } }\n',
    )
    expect(configOf(files, 'local')).toMatchObject({
      name: 'A',
      return_url: 'http://localhost:3000/done',
      static_link: { active: true },
    })
    expect(configOf(files, 'live')).toMatchObject({
      name: 'Live',
      return_url: 'https://example.com/done',
      static_link: { active: false },
    })
  })

  test('a label may be called variable: it is no reference', () => {
    expect(configOf(flow('metadata: { variable: x }\n'), 'local')?.metadata).toEqual({ variable: 'x' })
  })

  test('a variable that no environment has, or only some, is an error at the line', () => {
    const { diagnostics } = readAt(
      temporaryProject(
        flow(
          'return_url: { variable: verifed_url }\ndescription: { variable: only_live }\nprotected: { variable: x, y: 1 }\n',
        ),
      ),
      { cache: false },
    )
    expect(diagnostics.map(brief)).toEqual([
      'flows/a.yaml:3:13 VARIABLE_UNKNOWN',
      'flows/a.yaml:4:14 VARIABLE_MISSING',
      'flows/a.yaml:5:27 UNKNOWN_FIELD',
    ])
    expect(diagnostics[0]?.hint).toBe('did you mean "verified_url"?')
    expect(diagnostics[1]?.message).toBe('the variable "only_live" has no value in "local"')
  })

  const THREE = `project: acme-kyc
environments:
  local: { variables: { on: true, url: http://localhost/ } }
  test: { api: https://flows.example.com, api_key_env: FLOWS_TEST_KEY, variables: { url: "http://a b" } }
  live: { mode: live, api: https://flows.example.com, api_key_env: FLOWS_LIVE_KEY, variables: { url: "http://a b" } }
`
  const three = (files: Readonly<Record<string, string>>) => {
    const project = temporaryProject({ 'flows.config.yaml': THREE, ...files })
    return readAt(project, { cache: false }).diagnostics
  }

  test('faults of several environments and definitions are one for each place, with all of the environments', () => {
    const diagnostics = three({
      'base/b.yaml':
        'type: document\nprotected: { variable: on }\nmetadata: { x: { variable: on } }\nreturn_url: { variable: url }\n',
      // The first one lacks the value in one environment only.
      'flows/a.yaml': 'extends: base/b.yaml\nname: A\nenvironments: { live: { protected: false } }\n',
      'flows/b.yaml': 'extends: base/b.yaml\nname: B\n',
    })
    expect(diagnostics.map((one) => [brief(one), one.message.replace(/ \(in .*/, ''), one.environments])).toEqual([
      ['base/b.yaml:2:12 VARIABLE_MISSING', 'the variable "on" has no value in "test", "live"', ['test', 'live']],
      [
        'base/b.yaml:3:16 NOT_A_STRING',
        'true is true or false, not a string (the variable "on" of "local")',
        ['local'],
      ],
      ['base/b.yaml:3:16 VARIABLE_MISSING', 'the variable "on" has no value in "test", "live"', ['test', 'live']],
      [
        'base/b.yaml:4:13 RETURN_URL_INVALID',
        expect.stringContaining('(the variable "url" of "test", "live")'),
        ['test', 'live'],
      ],
    ])
    expect(diagnostics.at(-1)?.related?.filter(({ file }) => file === 'flows.config.yaml')).toHaveLength(2)
  })

  test('what other environments lack does not stop one that lacks nothing', () => {
    const root = temporaryProject({
      'flows.config.yaml': THREE,
      'flows/a.yaml': 'name: A\ntype: document\nprotected: { variable: on }\nreturn_url: { variable: url }\n',
    })
    const definitions = readAt(root, { cache: false })
    expect(definitions.desired('local').map(({ config }) => config.protected)).toEqual([true])
    expect(() => definitions.desired('live')).toThrow('with errors')
    writeFiles(root, { 'flows/b.yaml': 'name: B\n' })
    expect(() => readAt(root, { cache: false }).desired('local')).toThrow('with errors')
  })

  test('a field that takes no variable says so, and which fields do', () => {
    const diagnostics = three({
      'flows/a.yaml':
        'name: A\ntype: { variable: on }\noptions:\n  document: { require_live_capture: { variable: on } }\n  email: { variable: on }\n',
    })
    expect(diagnostics.map((one) => `${brief(one)} ${one.message}`)).toEqual([
      'flows/a.yaml:2:7 WRONG_TYPE a variable cannot stand here',
      'flows/a.yaml:4:37 WRONG_TYPE a variable cannot stand here',
      'flows/a.yaml:5:10 WRONG_TYPE a variable cannot stand here',
    ])
    expect(diagnostics[0]?.hint).toContain('name, description, return_url, static_link.active, metadata.*, protected')
  })

  test('an empty value is told as such', () => {
    const config = THREE.replace('on: true', 'on: ""')
    const project = temporaryProject({ 'flows.config.yaml': config })
    expect(() => readAt(project)).toThrow(/^flows\.config\.yaml:3:29 INVALID_VALUE$/)
  })

  test('no error where another value counts', () => {
    expect(
      faultsOf(flow('description: { variable: only_live }\nenvironments:\n  local: { description: own }\n')),
    ).toEqual([])
  })

  test('the value has to fit the field, and the configuration is named', () => {
    const { diagnostics } = readAt(
      temporaryProject(flow('metadata: { x: { variable: open } }\nenvironments:\n  live: { metadata: null }\n')),
      {
        cache: false,
      },
    )
    expect(diagnostics).toMatchObject([
      {
        code: 'NOT_A_STRING',
        at: { file: 'flows/a.yaml', line: 3, column: 16 },
        related: [{ file: 'flows.config.yaml', line: 4, column: 66 }],
      },
    ])
  })

  test('a value that is neither text nor true or false is an error of the configuration', () => {
    const config = CONFIG.replace('open: true', 'open: 3, Bad: x')
    const project = { ...flow(''), 'flows.config.yaml': config }
    expect(() => readAt(temporaryProject(project))).toThrow(/4:66 NOT_A_STRING[\s\S]*4:69 INVALID_VALUE/)
  })
})

describe('the cache', () => {
  test('notices that a base has changed', () => {
    const root = temporaryProject({ 'base/strict.yaml': BASE, 'flows/a.yaml': 'extends: base/strict.yaml\nname: A\n' })
    const tier = () => readAt(root).desired('local')[0]?.config.metadata.tier
    const before = readAt(root).digest
    expect(tier()).toBe('base')
    expect(readAt(root).digest).toBe(before)
    writeFiles(root, { 'base/strict.yaml': BASE.replace('tier: base', 'tier: changed') })
    expect(readAt(root).digest).not.toBe(before)
    expect(tier()).toBe('changed')
    writeFiles(root, { 'base/strict.yaml': 'nonsense: 1\n' })
    expect(readAt(root).diagnostics.map(brief)).toContain('base/strict.yaml:1:1 UNKNOWN_FIELD')
    rmSync(join(root, 'base/strict.yaml'))
    expect(readAt(root).diagnostics.map(brief)).toEqual(['flows/a.yaml:1:10 EXTENDS_MISSING'])
  })
})
