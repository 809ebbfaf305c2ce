import type { ErrorObject } from 'ajv'
import type { Issue } from '../model/diagnostic.js'
import { EVERY_FIELD, KEY_PATTERN, VARIABLE_FIELDS } from '../model/flow.js'
import { isObject } from '../model/json.js'
import { fromPointer, toPointer } from '../model/json-pointer.js'
import { leavesOf } from '../model/leaves.js'
import { nearest, suggest } from '../text/nearest.js'
import { kindOf, quote } from '../text/quote.js'

/** What the schemas' patterns require, in words: a regular expression does not explain itself. */
export const PATTERNS: Readonly<Record<string, string>> = {
  '^\\S(.*\\S)?$': 'must be one line, without white space at its ends',
  [KEY_PATTERN.source]:
    'must be lower-case letters, digits, - and _, begin with a letter or digit and have at most 63 characters',
  '^(?!__proto__$)[^\\[\\]]+$': 'must not hold square brackets, nor be __proto__',
  '^[a-z][a-z0-9_]{0,62}$':
    'must be lower-case letters, digits and _, begin with a letter and have at most 63 characters',
  '\\.ya?ml$': 'must be the path of a .yaml or .yml file',
  '^vf_[A-Za-z0-9]{1,252}$': 'must be the id of a flow at Stripe: vf_, then letters and digits',
  '^[A-Z_][A-Z0-9_]{0,127}$': 'must be the name of an environment variable: capital letters, digits and _',
}

/**
 * Translates what ajv found, one issue per fault. Needs `allErrors` and `verbose`. A missing field is an issue at the
 * pointer it would have.
 */
export function schemaIssues(errors: readonly ErrorObject[]): Issue[] {
  const byPlace = new Map<string, { issue: Issue; rank: number }>()
  for (const error of ofMeantShape(errors)) {
    const issue = toIssue(error)
    if (issue === undefined) continue
    const place = `${issue.part} ${issue.pointer}`
    const rank = RANK.indexOf(error.keyword)
    // If the type is wrong, further complaints about the same value are noise.
    const known = byPlace.get(place)
    if (known === undefined || rank < known.rank) byPlace.set(place, { issue, rank })
  }
  return withoutMisspelt(Array.from(byPlace.values(), ({ issue }) => issue))
}

/**
 * Where either a value or the name of a variable may stand, ajv says what is wrong with both. A mapping that has
 * `variable` is meant as the name of one; anything else is meant as a value.
 */
function ofMeantShape(all: readonly ErrorObject[]): readonly ErrorObject[] {
  // Where text or a list may stand, a fault in the list shows that the list is meant.
  const isInside = ({ instancePath }: ErrorObject) =>
    all.some((other) => other.instancePath.startsWith(`${instancePath}/`))
  // Where a text or something else may stand, a fault of the text itself shows that a text is meant.
  const isOfText = ({ instancePath, data }: ErrorObject) =>
    typeof data === 'string' && all.some((other) => other.instancePath === instancePath && OF_TEXTS.has(other.keyword))
  const errors = all.filter(
    (error) => error.keyword !== 'type' || !((Array.isArray(error.data) && isInside(error)) || isOfText(error)),
  )
  const isOfVariable = ({ schemaPath }: ErrorObject) => schemaPath.includes('/$defs/variable/')
  if (!errors.some(isOfVariable)) return errors
  const named = new Set(
    errors
      .filter(({ keyword, schema, data }) => keyword === 'anyOf' && mayBeVariable(schema) && hasVariable(data))
      .map(({ instancePath }) => instancePath),
  )
  return errors.filter((error) => {
    const { instancePath } = error
    if (!isOfVariable(error)) return !named.has(instancePath)
    return named.has(instancePath) || named.has(instancePath.replace(/\/variable$/, ''))
  })
}

/** What is asked of texts alone. */
const OF_TEXTS: ReadonlySet<string> = new Set(['minLength', 'maxLength', 'pattern'])

function mayBeVariable(shapes: unknown): boolean {
  return Array.isArray(shapes) && shapes.some((shape) => isObject(shape) && shape.$ref === '#/$defs/variable')
}

function hasVariable(data: unknown): boolean {
  return isObject(data) && Object.hasOwn(data, 'variable')
}

/** A misspelt field is not also missing. */
function withoutMisspelt(issues: readonly Issue[]): Issue[] {
  const missing = issues.filter(({ code }) => code === 'MISSING_FIELD').map(({ pointer }) => fromPointer(pointer))
  if (missing.length === 0) return [...issues]
  const misspelt = new Set<string>()
  for (const { code, pointer } of issues) {
    if (code !== 'UNKNOWN_FIELD') continue
    const parent = fromPointer(pointer)
    const name = parent.pop() ?? ''
    const beside = missing.filter((path) => toPointer(path.slice(0, -1)) === toPointer(parent))
    const meant = nearest(
      name,
      beside.map((path) => path.at(-1) ?? ''),
    )
    if (meant !== undefined) misspelt.add(toPointer([...parent, meant]))
  }
  return issues.filter(({ code, pointer }) => code !== 'MISSING_FIELD' || !misspelt.has(pointer))
}

const RANK = [
  'enum',
  'const',
  'type',
  'required',
  'dependentRequired',
  'additionalProperties',
  'minLength',
  'maxLength',
  'pattern',
]

function toIssue(error: ErrorObject): Issue | undefined {
  const { keyword, params, instancePath: pointer, data } = error
  const schema = error.parentSchema ?? {}
  const value = (code: Issue['code'], message: string, hint?: string): Issue =>
    error.propertyName === undefined
      ? { code, message, pointer, part: 'value', ...(hint !== undefined && { hint }) }
      : {
          code,
          message,
          pointer: pointer + toPointer([error.propertyName]),
          part: 'key',
          ...(hint !== undefined && { hint }),
        }

  switch (keyword) {
    // "X or null" fails as a whole if X fails: the message about X is enough.
    case 'anyOf':
    case 'propertyNames':
      return undefined
    case 'type':
      if (isReference(data) && params.type !== 'null') return noVariable(value)
      return params.type === 'null' ? undefined : typeIssue(value, params.type, data, schema)
    case 'additionalProperties':
      if (isReference(data)) return noVariable(value)
      return unknownField(pointer, params.additionalProperty, Object.keys(schema.properties ?? {}))
    case 'required':
    case 'dependentRequired':
      return {
        code: 'MISSING_FIELD',
        message:
          keyword === 'required'
            ? `"${params.missingProperty}" is missing`
            : `"${params.property}" needs "${params.missingProperty}" beside it`,
        pointer: pointer + toPointer([params.missingProperty]),
        part: 'value',
      }
    case 'enum':
      return enumIssue(value, pointer, data, params.allowedValues)
    case 'pattern':
      return value('INVALID_VALUE', `${quote(data)} ${PATTERNS[params.pattern] ?? `must match ${params.pattern}`}`)
    default:
      return value('INVALID_VALUE', limitMessage(keyword, params.limit, data) ?? `${quote(data)} ${error.message}`)
  }
}

/** Whether a mapping is meant as the name of a variable. */
function isReference(data: unknown): boolean {
  return isObject(data) && Object.keys(data).length === 1 && typeof data.variable === 'string'
}

function noVariable(make: MakeIssue): Issue {
  const fields = VARIABLE_FIELDS.join(', ')
  return make(
    'WRONG_TYPE',
    'a variable cannot stand here',
    `write the value itself; of a definition, only ${fields} may name one`,
  )
}

type MakeIssue = (code: Issue['code'], message: string, hint?: string) => Issue

function typeIssue(make: MakeIssue, type: string, data: unknown, schema: Record<string, unknown>): Issue {
  if (type === 'boolean' && typeof data === 'string' && isBooleanWord(data)) {
    const meant = /^(?:y|yes|on|true|1)$/i.test(data)
    return make('NOT_A_BOOLEAN', `${quote(data)} is a string here`, `write ${meant}, without quotes`)
  }
  const scalar = typeof data === 'number' || typeof data === 'boolean' || typeof data === 'bigint'
  if (type === 'string' && scalar && schema.enum === undefined) {
    return make('NOT_A_STRING', `${data} is ${kindOf(data)}, not a string`, 'put it in quotes')
  }
  const wanted = TYPES[type] ?? type
  if (data === null)
    return make('WRONG_TYPE', `${wanted} is expected, but nothing is there`, 'give a value or leave the field out')
  const found = typeof data === 'object' ? kindOf(data) : quote(data)
  return make('WRONG_TYPE', `${wanted} is expected, not ${found}`)
}

const TYPES: Readonly<Record<string, string>> = {
  object: 'a mapping',
  array: 'a list',
  string: 'a string',
  boolean: 'true or false',
  number: 'a number',
}

function isBooleanWord(text: string): boolean {
  return /^(?:y|n|yes|no|on|off|true|false)$/i.test(text)
}

/** The right place for a misplaced field. Only for names that occur at one place below the root of a flow. */
const HOMES: ReadonlyMap<string, string> = (() => {
  const places = [...leavesOf(EVERY_FIELD).keys()].map(fromPointer)
  const names = places.map((path) => path.at(-1))
  const nested = places.filter(
    (path, index) => path.length > 1 && names.indexOf(path.at(-1)) === names.lastIndexOf(names[index]),
  )
  return new Map(nested.map((path) => [path.at(-1) ?? '', `it belongs under ${path.slice(0, -1).join('.')}`]))
})()

function unknownField(pointer: string, name: string, fields: readonly string[]): Issue {
  return {
    code: 'UNKNOWN_FIELD',
    message: `there is no field ${quote(name)}${pointer === '' ? '' : ' here'}`,
    hint: HOMES.get(name) ?? suggest(name, fields, 'the fields are'),
    pointer: pointer + toPointer([name]),
    part: 'key',
  }
}

function enumIssue(make: MakeIssue, pointer: string, data: unknown, allowed: readonly string[]): Issue | undefined {
  // For these, the type check says more.
  if (data === null || typeof data === 'object') return undefined
  const hint = typeof data === 'string' ? suggest(data, allowed, 'one of') : `one of: ${allowed.join(', ')}`
  return /\/allowed_types\/\d+$/.test(pointer)
    ? make('UNKNOWN_DOCUMENT_TYPE', `${quote(data)} is not a document type`, hint)
    : make('UNKNOWN_VALUE', `${quote(data)} is not permitted here`, hint)
}

function limitMessage(keyword: string, limit: number, data: unknown): string | undefined {
  const size = typeof data === 'string' ? Array.from(data).length : Array.isArray(data) ? data.length : undefined
  switch (keyword) {
    case 'minLength':
      return limit === 1 ? 'the text is empty' : `the text has ${size} characters; at least ${limit} are needed`
    case 'maxLength':
      return `the text has ${size} characters; at most ${limit} are permitted`
    case 'minItems':
      return limit === 1 ? 'the list is empty' : `the list has ${size} items; at least ${limit} are needed`
    case 'maxItems':
      return `the list has ${size} items; at most ${limit} are permitted`
    case 'minProperties':
      return limit === 1 ? 'the mapping is empty' : `at least ${limit} members are needed`
    case 'maxProperties':
      return `${Object.keys(data as object).length} members are too many; at most ${limit} are permitted`
    case 'minimum':
      return `${quote(data)} is too small; at least ${limit}`
    case 'maximum':
      return `${quote(data)} is too large; at most ${limit}`
    default:
      return undefined
  }
}
