import type { Issue } from '../model/diagnostic.js'
import { isObject } from '../model/json.js'
import { toPointer } from '../model/json-pointer.js'
import { namesLive } from '../model/mode.js'
import { nearest, suggest } from '../text/nearest.js'
import { quote } from '../text/quote.js'
import { apiAddressFault } from './address.js'
import { controlCharacterIssues } from './control-characters.js'
import { mergeIssues } from './flow-body.js'
import { validate } from './generated/config.js'
import { schemaIssues } from './schema-issues.js'
import { secretIssues } from './secrets.js'

/** Everything that is wrong with the content of flows.config.yaml. Without issues it is a `Config`. */
export function checkConfig(value: unknown): Issue[] {
  const fromSchema = validate(value) ? [] : schemaIssues(validate.errors ?? [])
  const secrets = secretIssues(value, 'put a new one in an environment variable and name that in api_key_env')
  const hidden = new Set(secrets.map(({ pointer }) => pointer))
  // Removing a secret also mends every other fault of its value.
  const others = mergeIssues(fromSchema, [
    ...folderIssues(value),
    ...addressIssues(value),
    ...embeddedIssues(value),
    ...modeIssues(value),
    ...notifyIssues(value),
    ...controlCharacterIssues(value),
  ])
  return [...secrets, ...others.filter(({ pointer }) => !hidden.has(pointer))]
}

/** "./flows/" and "flows" are the same folder. */
export function plainFolder(folder: string): string {
  return folder.replace(/^\.\//, '').replace(/\/$/, '')
}

/** Whether the folders are the same, or one is in the other. */
export function overlap(one: string, other: string): boolean {
  return `${one}/`.startsWith(`${other}/`) || `${other}/`.startsWith(`${one}/`)
}

/** The folders of definitions, as the configuration names them. */
export function flowsFolders(flows: unknown = 'flows'): readonly string[] {
  const named = Array.isArray(flows) ? flows : [flows]
  return named.filter((one) => typeof one === 'string').map(plainFolder)
}

function folderIssues(value: unknown): Issue[] {
  if (!isObject(value)) return []
  const { flows = 'flows', policies = 'policies' } = value
  const ofFlows = Array.isArray(flows)
    ? flows.flatMap((folder, index) => folderIssue('flows', folder, `/flows/${index}`))
    : folderIssue('flows', flows)
  const misplaced = [
    ...ofFlows,
    ...folderIssue('policies', value.policies),
    ...folderIssue('tests', value.tests),
    ...twiceIssues(flowsFolders(flows)),
  ]
  if (misplaced.length > 0) return misplaced
  return [
    ...sharedIssue('policies', value.policies, flowsFolders(flows), 'definitions'),
    ...sharedIssue('tests', value.tests, flowsFolders(flows), 'definitions'),
    ...sharedIssue('tests', value.tests, typeof policies === 'string' ? [plainFolder(policies)] : [], 'policies'),
  ]
}

/** Folders of definitions that are the same, or one in the other. */
function twiceIssues(folders: readonly string[]): Issue[] {
  return folders.flatMap((folder, index): Issue[] => {
    const other = folders.slice(0, index).find((one) => overlap(one, folder))
    if (other === undefined || folder === '' || other === '') return []
    const message =
      other === folder
        ? `${quote(folder)} is named twice`
        : `${quote(folder)} and ${quote(other)} are not beside each other`
    const hint = 'name only the one above: its subfolders belong to it'
    return [{ code: 'INVALID_VALUE', message, hint, pointer: `/flows/${index}`, part: 'value' }]
  })
}

type Folder = 'flows' | 'policies' | 'tests'

/** A folder in which, or around which, files of another kind are. */
function sharedIssue(name: Folder, folder: unknown, others: readonly string[], what: string): Issue[] {
  if (typeof folder !== 'string' || folder === '') return []
  if (!others.some((other) => overlap(other, plainFolder(folder)))) return []
  return [
    {
      code: 'INVALID_VALUE',
      message: `${quote(folder)} holds ${what}: ${name} need a folder of their own`,
      hint: `name a folder beside it, such as ${name}`,
      pointer: `/${name}`,
      part: 'value',
    },
  ]
}

function folderIssue(name: Folder, folder: unknown, pointer = `/${name}`): Issue[] {
  if (typeof folder !== 'string') return []
  // The schema says so of the others.
  const size = pointer !== '/flows' ? undefined : folder === '' ? 'the text is empty' : sizeFault(folder)
  if (size !== undefined) return [{ code: 'INVALID_VALUE', message: size, pointer, part: 'value' }]
  if (folder === '') return []
  const parts = plainFolder(folder).split('/')
  const outside = folder.includes('\\') || /^[a-z]:/i.test(folder) || parts.some((part) => part === '' || part === '..')
  if (!outside && parts.every((part) => !part.startsWith('.'))) return []
  return [
    {
      code: 'INVALID_VALUE',
      message: outside
        ? `${quote(folder)} leads out of the project, or is not a relative path`
        : `${quote(folder)} is not a folder of its own, or is hidden`,
      hint: `name a folder beside this file, such as ${name}`,
      pointer,
      part: 'value',
    },
  ]
}

function sizeFault(folder: string): string | undefined {
  const { length } = Array.from(folder)
  return length > 500 ? `the text has ${length} characters; at most 500 are permitted` : undefined
}

function addressIssues(value: unknown): Issue[] {
  const environments = isObject(value) ? value.environments : undefined
  if (!isObject(environments)) return []
  return Object.entries(environments).flatMap(([name, environment]) => {
    const api = isObject(environment) ? environment.api : undefined
    const fault = typeof api === 'string' && api !== '' ? apiAddressFault(api) : undefined
    if (fault === undefined) return []
    return [
      {
        code: 'API_URL_INVALID',
        message: `${quote(api)} ${fault.message}`,
        hint: fault.hint,
        pointer: toPointer(['environments', name, 'api']),
        part: 'value',
      } satisfies Issue,
    ]
  })
}

/** There is only one embedded store: two environments in it would undo each other forever. */
function embeddedIssues(value: unknown): Issue[] {
  const environments = isObject(value) ? value.environments : undefined
  if (!isObject(environments)) return []
  const embedded = Object.keys(environments).filter((name) => {
    const environment = environments[name]
    return isObject(environment) && environment.api === undefined
  })
  const [first, ...others] = embedded
  return others.map((name) => ({
    code: 'ENVIRONMENT_TWICE',
    message: `${quote(name)} and ${quote(first)} are both the embedded store`,
    hint: 'keep one of them; every other environment names its api',
    pointer: toPointer(['environments', name]),
    part: 'key',
  }))
}

/** Without an explicit mode, a key of the other mode could pass the guards of this environment. */
/** Receivers of notices about environments that there are not. */
function notifyIssues(value: unknown): Issue[] {
  if (!isObject(value) || !Array.isArray(value.notify) || !isObject(value.environments)) return []
  const known = Object.keys(value.environments)
  return value.notify.flatMap((receiver: unknown, index) => {
    const named = isObject(receiver) && Array.isArray(receiver.environments) ? receiver.environments : []
    return named.flatMap((name: unknown, at): Issue[] => {
      if (typeof name !== 'string' || known.includes(name)) return []
      return [
        {
          code: 'ENVIRONMENT_UNKNOWN',
          message: `the configuration has no environment ${quote(name)}`,
          hint: suggest(name, known, 'the environments are'),
          pointer: toPointer(['notify', String(index), 'environments', String(at)]),
          part: 'value',
        },
      ]
    })
  })
}

function modeIssues(value: unknown): Issue[] {
  const environments = isObject(value) ? value.environments : undefined
  if (!isObject(environments)) return []
  return Object.entries(environments).flatMap(([name, environment]): Issue[] => {
    if (!isObject(environment)) return []
    const { mode, api } = environment
    if (mode === 'live' && api === undefined) {
      return [
        {
          code: 'INVALID_VALUE',
          message: `${quote(name)} has no api: it is the embedded store, which is test mode`,
          hint: 'name its api and api_key_env, or leave mode out',
          pointer: toPointer(['environments', name, 'mode']),
          part: 'value',
        },
      ]
    }
    const isMisspelt = Object.keys(environment).some((field) => nearest(field, ['mode']) !== undefined)
    if (mode !== undefined || !namesLive(name) || isMisspelt) return []
    return [
      {
        code: 'MISSING_FIELD',
        message: `${quote(name)} does not say its mode: a key of either mode would do`,
        hint: `write "mode: live" here, or "mode: test" if ${name} is test mode`,
        pointer: toPointer(['environments', name]),
        part: 'key',
      },
    ]
  })
}
