import { bracketed, type Members, type Tree } from './form.js'
import { invalid } from './refusal.js'

/** What a parameter may hold. */
type Param =
  | { readonly kind: 'text'; readonly most?: number }
  | { readonly kind: 'choice'; readonly values: readonly string[] }
  | { readonly kind: 'boolean' | 'integer' | 'metadata' | 'range' | 'url' }
  | { readonly kind: 'list'; readonly of: Param }
  | { readonly kind: 'members'; readonly members: Params; readonly needs?: readonly string[]; readonly unset?: boolean }

export type Params = Readonly<Record<string, Param>>
/** Values of the kinds that their parameters name; null where a caller unsets something. */
export type Values = Readonly<Record<string, unknown>>

const BOOLEANS: Readonly<Record<string, boolean>> = { true: true, True: true, false: false, False: false }
const RANGE: Params = {
  gt: { kind: 'integer' },
  gte: { kind: 'integer' },
  lt: { kind: 'integer' },
  lte: { kind: 'integer' },
}
const MOST_METADATA = 50

/** Throws for a parameter that is unknown or not of its kind, by name. */
export function checkParams(given: Members, params: Params, path: readonly string[] = []): Values {
  const result: [string, unknown][] = []
  for (const [name, value] of Object.entries(given)) {
    const inner = [...path, name]
    const param = Object.hasOwn(params, name) ? params[name] : undefined
    if (param === undefined) {
      throw invalid(bracketed(inner), `Received unknown parameter: ${bracketed(inner)}`, 'parameter_unknown')
    }
    result.push([name, readValue(value, param, inner)])
  }
  return Object.fromEntries(result)
}

export function missing(param: string) {
  return invalid(param, `Missing required param: ${param}.`, 'parameter_missing')
}

function readValue(value: Tree, param: Param, path: readonly string[]): unknown {
  const name = bracketed(path)
  if (value === '') {
    if (param.kind === 'metadata' || (param.kind === 'members' && param.unset === true)) return null
    throw invalid(name, `You passed an empty string for '${name}', which cannot be unset.`, 'parameter_invalid_empty')
  }
  if (param.kind === 'list') return listOf(value, param.of, path)
  if (param.kind === 'members') return membersOf(value, param, path)
  if (param.kind === 'metadata') return metadataOf(value, path)
  if (param.kind === 'range' && isMembers(value)) return checkParams(value, RANGE, path)
  if (typeof value !== 'string') throw invalid(name, `Invalid ${param.kind}: ${name}`)
  return plainOf(value, param, name)
}

function plainOf(value: string, param: Param, name: string): unknown {
  switch (param.kind) {
    case 'choice':
      if (param.values.includes(value)) return value
      throw invalid(name, `Invalid ${name}: must be one of ${param.values.join(' or ')}`)
    case 'boolean':
      if (Object.hasOwn(BOOLEANS, value)) return BOOLEANS[value]
      throw invalid(name, `Invalid boolean: ${value}`)
    case 'range':
    case 'integer':
      if (/^-?\d{1,15}$/.test(value)) return Number(value)
      throw invalid(name, `Invalid integer: ${value}`, 'parameter_invalid_integer')
    case 'url':
      if (URL.canParse(value)) return value
      throw invalid(name, 'Not a valid URL', 'url_invalid')
    default:
      if (param.kind !== 'text' || value.length <= (param.most ?? 5000)) return value
      throw invalid(name, `Invalid string: ${name} is longer than ${param.most ?? 5000} characters`)
  }
}

function listOf(value: Tree, of: Param, path: readonly string[]): unknown[] {
  if (!Array.isArray(value)) throw invalid(bracketed(path), 'Invalid array')
  return value.map((item: Tree, at) => readValue(item, of, [...path, String(at)]))
}

function membersOf(value: Tree, { members, needs = [] }: Extract<Param, { kind: 'members' }>, path: readonly string[]) {
  if (!isMembers(value)) throw invalid(bracketed(path), 'Invalid object')
  const values = checkParams(value, members, path)
  const lacking = needs.find((name) => values[name] === undefined)
  if (lacking !== undefined) throw missing(bracketed([...path, lacking]))
  return values
}

/** A value of null drops its key. */
function metadataOf(value: Tree, path: readonly string[]): Record<string, string | null> {
  const name = bracketed(path)
  if (!isMembers(value)) throw invalid(name, 'Invalid object')
  const entries = Object.entries(value).map(([key, text]): [string, string | null] => {
    const where = bracketed([...path, key])
    if (typeof text !== 'string') throw invalid(where, 'Metadata values must be strings')
    if (key.length > 40) throw invalid(where, 'Metadata keys have at most 40 characters')
    if (text.length > 500) throw invalid(where, 'Metadata values have at most 500 characters')
    return [key, text === '' ? null : text]
  })
  if (entries.length > MOST_METADATA) throw invalid(name, `Metadata can hold at most ${MOST_METADATA} keys`)
  return Object.fromEntries(entries)
}

function isMembers(value: Tree): value is Members {
  return typeof value === 'object' && !Array.isArray(value)
}
