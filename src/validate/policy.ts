import type { Issue } from '../model/diagnostic.js'
import { EVERY_FIELD, KEY_PATTERN } from '../model/flow.js'
import { isObject } from '../model/json.js'
import { toPointer } from '../model/json-pointer.js'
import { leavesOf } from '../model/leaves.js'
import { suggest } from '../text/nearest.js'
import { quote } from '../text/quote.js'
import { controlCharacterIssues } from './control-characters.js'
import type { FileIssue, NamedDefinition } from './definition-set.js'
import { mergeIssues } from './flow-body.js'
import { validate } from './generated/policy.js'
import { schemaIssues } from './schema-issues.js'
import { secretIssues, secretNameIssues } from './secrets.js'

/** Everything that is wrong with one policy, except its expressions. Without issues it is a `Policy`. */
export function checkPolicy(value: unknown, environments: readonly string[]): Issue[] {
  const secrets = secretIssues(value, 'what a policy says is for everybody to see')
  const hidden = new Set(secrets.map(({ pointer }) => pointer))
  return [...secrets, ...contentIssues(value, environments).filter(({ pointer }) => !hidden.has(pointer))]
}

function contentIssues(value: unknown, environments: readonly string[]): Issue[] {
  const fromSchema = validate(value) ? [] : schemaIssues(validate.errors ?? [])
  if (!isObject(value)) return fromSchema
  return mergeIssues(fromSchema, [
    ...environmentIssues(value, environments),
    ...fieldIssues(value),
    ...controlCharacterIssues(value, { prose: ['/description', '/when', '/require'] }),
  ])
}

/** Faults that only show if all policies are seen together: their names. */
export function checkPolicySet(policies: readonly NamedDefinition[]): FileIssue[] {
  const byName = new Map<string, string>()
  return policies.flatMap(({ file, key: name }) => {
    const first = byName.get(name)
    if (first !== undefined) {
      const issue = nameIssue(
        'KEY_DUPLICATE',
        `the name "${name}" is that of ${first} too`,
        'rename one of the two files',
      )
      return [{ file, issue, related: [{ file: first, pointer: '' }] }]
    }
    byName.set(name, file)
    const [secret] = secretNameIssues(name, 'rename the file to what the policy asks for: everybody sees its name')
    if (secret !== undefined) return [{ file, issue: secret }]
    if (KEY_PATTERN.test(name)) return []
    const hint = 'lower-case letters, digits, - and _, at most 63, such as live-selfie.yaml'
    return [{ file, issue: nameIssue('KEY_INVALID', "the file name is the policy's name: it cannot be this", hint) }]
  })
}

function nameIssue(code: Issue['code'], message: string, hint: string): Issue {
  return { code, message, hint, pointer: '', part: 'key' }
}

function environmentIssues({ environments: named }: Record<string, unknown>, known: readonly string[]): Issue[] {
  if (!Array.isArray(named)) return []
  return named.flatMap((name: unknown, index) => {
    if (typeof name !== 'string' || known.includes(name)) return []
    return [
      {
        code: 'ENVIRONMENT_UNKNOWN',
        message: `the configuration has no environment ${quote(name)}`,
        hint: suggest(name, known, 'the environments are'),
        pointer: toPointer(['environments', index]),
        part: 'value',
      } satisfies Issue,
    ]
  })
}

const FIELDS = [...leavesOf(EVERY_FIELD).keys()]

function fieldIssues({ at }: Record<string, unknown>): Issue[] {
  if (typeof at !== 'string' || at === '') return []
  const isField = FIELDS.includes(at) || at === '/metadata' || /^\/metadata\/[^/]+$/.test(at)
  if (isField || FIELDS.some((field) => field.startsWith(`${at}/`))) return []
  return [
    {
      code: 'UNKNOWN_VALUE',
      message: `a flow has no field at ${quote(at)}`,
      hint: suggest(at, FIELDS, 'the fields are'),
      pointer: '/at',
      part: 'value',
    },
  ]
}
