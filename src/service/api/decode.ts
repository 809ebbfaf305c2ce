import { isObject } from '../../model/json.js'
import { toBrackets, toPointer } from '../../model/json-pointer.js'
import { nearest } from '../../text/nearest.js'
import { type ApiError, invalid, invalidValue } from '../api-error.js'
import { canBeUnset, type Param, type Params } from './param.js'

/** The most digits of an integer: a longer one may lose precision. */
export const MOST_DIGITS = 15

const BOUND: Param<number> = { kind: 'integer', schema: {} }

/** The members of a range of times. */
export const RANGE: Params = { gt: BOUND, gte: BOUND, lt: BOUND, lte: BOUND }

const EXPAND: Params = { expand: { kind: 'texts', schema: {} } }

/** The parameters of a request as its operation wants them, and what the request asks to expand. */
export function decoded(
  { method, params }: { readonly method: string; readonly params: Params },
  values: Readonly<Record<string, unknown>>,
): { readonly params: Decoded; readonly expand: readonly string[] | null | undefined } {
  const { expand, ...rest } = values
  const named = expand === undefined ? {} : decodeParams<{ expand?: readonly string[] | null }>({ expand }, EXPAND)
  const given = method === 'GET' ? decodeFilters(rest, params) : decodeParams<Decoded>(rest, params)
  return { params: given, expand: named.expand }
}

/** Values that already have the kinds named in the row. */
export type Decoded = Readonly<Record<string, unknown>>

/** Turns text into parameter values. Throws 400 and names the parameter that is unknown or not of its kind. */
function decodeParams<T>(values: Readonly<Record<string, unknown>>, params: Params): T {
  return decodeMembers(values, params, []) as T
}

/**
 * The same for a request that only reads: it has nothing to unset, so no parameter may be empty. A filter left empty by
 * mistake would otherwise find everything.
 */
function decodeFilters(values: Readonly<Record<string, unknown>>, params: Params): Decoded {
  for (const [name, value] of Object.entries(values)) {
    if (!Object.hasOwn(params, name)) continue
    if (value === '') throw emptyValue(name)
    const item = Object.entries(value ?? {}).find(([, inner]) => inner === '')
    if (item !== undefined) throw emptyValue(bracketed([name, item[0]]))
  }
  return decodeParams(values, params)
}

function emptyValue(param: string): ApiError {
  return invalid('parameter_invalid_empty', param, `You passed an empty string for '${param}'.`)
}

function decodeMembers(values: Readonly<Record<string, unknown>>, params: Params, path: readonly string[]): unknown {
  const result: [string, unknown][] = []
  for (const [name, value] of Object.entries(values)) {
    const inner = [...path, name]
    const param = Object.hasOwn(params, name) ? params[name] : undefined
    if (param === undefined) throw unknownParameter(inner, Object.keys(params))
    result.push([name, decodeOne(value, param, inner)])
  }
  return Object.fromEntries(result)
}

function decodeOne(value: unknown, param: Param, path: readonly string[]): unknown {
  if (value === '') {
    if (canBeUnset(param)) return null
    throw emptyValue(bracketed(path))
  }
  switch (param.kind) {
    case 'choice':
      return chosen(value, param.values ?? [], path)
    case 'texts':
      return listed(value, path)
    case 'members':
      return membersOf(value, param.members ?? {}, path)
    case 'labels':
      return labelsOf(value, path)
    case 'boolean':
      return booleanOf(textOf(value, 'boolean', path), path)
    case 'integer':
      return integerOf(textOf(value, 'integer', path), path)
    case 'times':
      return isObject(value) ? decodeMembers(value, RANGE, path) : integerOf(textOf(value, 'integer', path), path)
    case 'text':
    case 'name':
      return textOf(value, 'string', path)
  }
}

function textOf(value: unknown, kind: Word, path: readonly string[]): string {
  if (typeof value !== 'string') throw wrongKind(kind, path)
  return value
}

function chosen(value: unknown, values: readonly string[], path: readonly string[]): string {
  if (typeof value === 'string' && values.includes(value)) return value
  const param = bracketed(path)
  throw invalidValue(param, `Invalid ${param}: must be one of ${values.join(', ')}.`)
}

/** Every spelling that Stripe's clients send: Python's before 12.0.1 send "True". */
export const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['True', true],
  ['TRUE', true],
  ['false', false],
  ['False', false],
  ['FALSE', false],
])

function booleanOf(value: string, path: readonly string[]): boolean {
  const known = BOOLEANS.get(value)
  if (known === undefined) throw wrongKind('boolean', path, value)
  return known
}

function integerOf(value: string, path: readonly string[]): number {
  if (/^-?\d+$/.test(value) && value.replace('-', '').length <= MOST_DIGITS) return Number(value)
  throw invalid('parameter_invalid_integer', bracketed(path), `Invalid integer: ${shorten(value)}`)
}

function listed(value: unknown, path: readonly string[]): string[] {
  // A list written with numbers, "a[0]", arrives as an object.
  const isNumbered = isObject(value) && Object.keys(value).every((name) => /^\d{1,9}$/.test(name))
  const items = Array.isArray(value) ? value : isNumbered ? Object.values(value) : undefined
  if (items === undefined) throw wrongKind('array', path)
  return items.map((item, index) => {
    if (typeof item !== 'string') throw wrongKind('string', [...path, String(index)])
    return item
  })
}

function membersOf(value: unknown, members: Params, path: readonly string[]): unknown {
  if (!isObject(value)) throw wrongKind('object', path)
  return decodeMembers(value, members, path)
}

function labelsOf(value: unknown, path: readonly string[]): Record<string, string | null> {
  if (!isObject(value)) throw wrongKind('object', path)
  const entries = Object.entries(value).map(([name, item]): [string, string | null] => {
    if (typeof item !== 'string') throw wrongKind('string', [...path, name])
    return [name, item === '' ? null : item]
  })
  return Object.fromEntries(entries)
}

function unknownParameter(path: readonly string[], known: readonly string[]): ApiError {
  const name = path.at(-1) ?? ''
  const near = nearest(name, known)
  const hint = near === undefined ? '' : `. Did you mean ${bracketed([...path.slice(0, -1), near])}?`
  return invalid('parameter_unknown', bracketed(path), `Received unknown parameter: ${bracketed(path)}${hint}`)
}

type Word = 'string' | 'boolean' | 'integer' | 'array' | 'object'

function wrongKind(word: Word, path: readonly string[], value?: string): ApiError {
  const message = `Invalid ${word}${value === undefined ? '' : `: ${shorten(value)}`}`
  if (word === 'integer') return invalid('parameter_invalid_integer', bracketed(path), message)
  return invalidValue(bracketed(path), message)
}

function bracketed(path: readonly string[]): string {
  return toBrackets(toPointer(path))
}

function shorten(value: string): string {
  return value.length > 60 ? `${value.slice(0, 60)}...` : value
}
