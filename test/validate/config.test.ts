import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadProject } from '../../src/app/project/project.js'
import { brief, temporaryProject } from '../helpers/temporary-project.js'
import { unprivileged } from '../helpers/unprivileged.js'

function load(text: string | Buffer) {
  return loadProject(join(temporaryProject({ 'flows.config.yaml': text }), 'flows.config.yaml'))
}

const faults = (text: string | Buffer) =>
  load(text).diagnostics.map((diagnostic) => brief(diagnostic).replace('flows.config.yaml:', ''))

/** A configuration whose third line is this. */
const environment = (line: string) => faults(`project: p\nenvironments:\n  here: ${line}\n`)

describe('the configuration', () => {
  test('has defaults, and knows its folder', () => {
    const root = temporaryProject({})
    const { project } = loadProject(join(root, 'flows.config.yaml'))
    expect(project).toMatchObject({ root, configFile: 'flows.config.yaml', config: { flows: ['flows'] } })
  })

  test('is told when it is not there', () => {
    const { project, diagnostics } = loadProject(join(temporaryProject({}), 'other.yaml'))
    expect(project).toBeUndefined()
    expect(diagnostics.map(brief)).toEqual(['other.yaml:1:1 FILE_UNREADABLE'])
    expect(JSON.stringify(diagnostics)).not.toContain(join('/', 'tmp'))
    expect(diagnostics[0]?.hint).toContain('flows init')
  })

  test('is not to be made anew where it is but cannot be read', () => {
    const root = temporaryProject({ 'folder.yaml/x': '', 'closed.yaml': 'project: p\n' })
    chmodSync(join(root, 'closed.yaml'), 0)
    for (const name of ['folder.yaml', 'closed.yaml']) {
      const { diagnostics } = unprivileged(root, () => loadProject(join(root, name)))
      expect(diagnostics.map(brief)).toEqual([`${name}:1:1 FILE_UNREADABLE`])
      expect(diagnostics[0]?.hint).toBeUndefined()
    }
  })

  test.each<[string, string | Buffer, string[]]>([
    ['bytes', Buffer.from([0xff]), ['1:1 FILE_NOT_UTF8']],
    ['YAML', 'project: [', ['1:11 YAML_SYNTAX']],
    ['emptiness', '', ['1:1 FILE_EMPTY']],
    ['missing fields', 'flows: flows\n', ['1:1 MISSING_FIELD']],
    ['unknown fields', 'project: p\nenvironment: {}\nenvironments: { a: {} }\n', ['2:1 UNKNOWN_FIELD']],
    ['no environment at all', 'project: p\nenvironments: {}\n', ['2:15 INVALID_VALUE']],
    ['names', 'project: A B\nenvironments: { Live: {} }\n', ['1:10 INVALID_VALUE', '2:17 INVALID_VALUE']],
    ['types', 'project: 5\nenvironments: { a: [] }\n', ['1:10 NOT_A_STRING', '2:20 WRONG_TYPE']],
  ])('is checked for %s', (_, text, expected) => {
    expect(faults(text)).toEqual(expected)
  })

  test('names an address together with the variable of its key', () => {
    expect(environment('{ api: https://a.example }')).toEqual(['3:11 MISSING_FIELD'])
    expect(environment('{ api_key_env: KEY }')).toEqual(['3:11 MISSING_FIELD'])
    expect(environment('{ api: https://a.example, api_key_env: key }')).toEqual(['3:48 INVALID_VALUE'])
  })

  test('names guards and their levels', () => {
    expect(environment('{ guards: { weakn: block } }')).toEqual(['3:21 UNKNOWN_FIELD'])
    expect(environment('{ guards: { weaken: stop } }')).toEqual(['3:29 UNKNOWN_VALUE'])
    expect(environment('{ guards: { max_change_share: 30 } }')).toEqual(['3:39 INVALID_VALUE'])
    expect(environment('{ guards: { max_change_share: .nan } }')).toEqual(['3:39 WRONG_TYPE'])
    expect(environment('{ guards: { max_change_share: "0.3" } }')).toEqual(['3:39 WRONG_TYPE'])
  })

  test.each([
    'http://flows.example.com',
    'https://user:pass@flows.example.com',
    'flows.example.com',
    'file:///etc',
    'https://flows.example.com/v1',
    'https://flows.example.com/?a=b',
    'https://flows.example.com?',
    'https://flows.example.com#top',
    'http://10.0.0.1',
  ])('takes no address like %s', (address) => {
    expect(environment(`{ api: "${address}", api_key_env: KEY }`)).toEqual(['3:16 API_URL_INVALID'])
  })

  test.each([
    'https://flows.example.com',
    'https://flows.example.com/',
    'https://flows.example.com:8443',
    'http://localhost:4010',
    'http://127.0.0.1:4010',
    'http://[::1]:4010',
  ])('takes an address like %s', (address) => {
    expect(environment(`{ api: "${address}", api_key_env: KEY }`)).toEqual([])
  })

  test.each(['../flows', '/flows', 'a/../../b', 'C:/flows', 'a\\b', '.', './', '.flows', 'a//b', '..'])(
    'keeps the folder inside of the project: not %s',
    (folder) => {
      expect(faults(`project: p\nflows: '${folder}'\nenvironments: { a: {} }\n`)).toEqual(['2:8 INVALID_VALUE'])
    },
  )
})

describe('the mode of an environment', () => {
  const API = 'api: https://a.example, api_key_env: KEY'
  const named = (name: string, settings: string) => faults(`project: p\nenvironments:\n  ${name}: { ${settings} }\n`)

  test.each(['live', 'production', 'prod'])('is said where its name is %s', (name) => {
    expect(named(name, API)).toEqual(['3:3 MISSING_FIELD'])
    expect(named(name, '')).toEqual(['3:3 MISSING_FIELD'])
    expect(named(name, `${API}, mode: live`)).toEqual([])
    expect(named(name, `${API}, mode: test`)).toEqual([])
    const [fault] = load(`project: p\nenvironments:\n  ${name}: { ${API} }\n`).diagnostics
    expect(fault?.hint).toBe(`write "mode: live" here, or "mode: test" if ${name} is test mode`)
  })

  test('is test where nothing is said, and one of two words', () => {
    expect(named('staging', API)).toEqual([])
    expect(named('local', 'mode: test')).toEqual([])
    expect(named('live', `${API}, mode: Live`)).toEqual(['3:59 UNKNOWN_VALUE'])
    expect(named('live', `${API}, moed: live`), 'told once').toEqual(['3:53 UNKNOWN_FIELD'])
  })

  test('is never live for the embedded store', () => {
    expect(named('local', 'mode: live')).toEqual(['3:18 INVALID_VALUE'])
  })
})

describe('an API key in the configuration', () => {
  test.each([
    ['as api_key', '{ api_key: sk_live_0123456789abcdefghijklmn }', ['3:20 API_KEY_IN_FILE']],
    [
      'as the variable',
      '{ api: https://a.example, api_key_env: rk_test_0123456789abcdefghijklmn }',
      ['3:48 API_KEY_IN_FILE'],
    ],
    [
      'in the address',
      '{ api: "https://sk_test_0123456789abcdefghijklmn@a.example", api_key_env: KEY }',
      ['3:16 API_KEY_IN_FILE'],
    ],
    ['as a key', '{ sk_live_0123456789abcdefghijklmn: x }', ['3:11 API_KEY_IN_FILE']],
  ])('is told, %s, and not repeated', (_, line, expected) => {
    expect(environment(line)).toEqual(expected)
    const text = `project: p\nenvironments:\n  here: ${line}\n`
    expect(JSON.stringify(load(text).diagnostics)).not.toContain('0123456789abcdefghijklmn')
  })
})
