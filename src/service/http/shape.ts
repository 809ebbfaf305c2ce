import { isObject } from '../../model/json.js'
import { toBrackets, toPointer } from '../../model/json-pointer.js'
import { nearest } from '../../text/nearest.js'
import { type ApiError, invalid, invalidValue } from '../api-error.js'

/**
 * What a parameter of a form is, where all values arrive as text. Only kinds and names stand here; limits are the
 * operations'. An empty value is null, which means "unset"; `name` is text that must not be empty, nor may numbers be.
 */
export type Shape =
  | 'text'
  | 'name'
  | 'boolean'
  | 'integer'
  /** One time, or a range: gt, gte, lt, lte. */
  | 'times'
  /** Names that the caller chooses, with text. */
  | 'labels'
  | { readonly oneOf: readonly string[] }
  | { readonly listOf: 'text' }
  | { readonly members: Shapes }

export type Shapes = Readonly<Record<string, Shape>>

/** Of an integer: what is longer is not kept exactly. */
export const MOST_DIGITS = 15

export const RANGE: Shapes = { gt: 'integer', gte: 'integer', lt: 'integer', lte: 'integer' }

/** Turns decoded text into the values of the shapes. Throws 400 naming the parameter that is unknown or not of its kind. */
export function shaped<T>(values: Readonly<Record<string, unknown>>, shapes: Shapes): T {
  return shapeMembers(values, shapes, []) as T
}

/**
 * The same for what only reads: there is nothing to unset, so no parameter may be empty. A filter that is empty by
 * mistake would otherwise find everything.
 */
export function shapedFilters<T>(values: Readonly<Record<string, unknown>>, shapes: Shapes): T {
  for (const [name, value] of Object.entries(values)) {
    if (!Object.hasOwn(shapes, name)) continue
    if (value === '') throw emptyValue(name)
    const item = Object.entries(value ?? {}).find(([, inner]) => inner === '')
    if (item !== undefined) throw emptyValue(bracketed([name, item[0]]))
  }
  return shaped(values, shapes)
}

function emptyValue(param: string): ApiError {
  return invalid('parameter_invalid_empty', param, `You passed an empty string for '${param}'.`)
}

function shapeMembers(values: Readonly<Record<string, unknown>>, shapes: Shapes, path: readonly string[]): unknown {
  const result: [string, unknown][] = []
  for (const [name, value] of Object.entries(values)) {
    const inner = [...path, name]
    const shape = Object.hasOwn(shapes, name) ? shapes[name] : undefined
    if (shape === undefined) throw unknownParameter(inner, Object.keys(shapes))
    result.push([name, shapeOne(value, shape, inner)])
  }
  return Object.fromEntries(result)
}

function shapeOne(value: unknown, shape: Shape, path: readonly string[]): unknown {
  if (value === '') {
    if (!NEVER_EMPTY.has(shape)) return null
    throw emptyValue(bracketed(path))
  }
  if (typeof shape === 'object') {
    if ('oneOf' in shape) return chosen(value, shape.oneOf, path)
    return 'listOf' in shape ? listed(value, path) : membersOf(value, shape.members, path)
  }
  if (shape === 'labels') return labels(value, path)
  if (shape === 'times' && isObject(value)) return shapeMembers(value, RANGE, path)
  if (typeof value !== 'string') throw wrongKind(shape === 'times' ? 'integer' : shape, path)
  if (shape === 'boolean') return booleanOf(value, path)
  return shape === 'integer' || shape === 'times' ? integerOf(value, path) : value
}

/** Those that cannot be unset. */
export const NEVER_EMPTY: ReadonlySet<Shape> = new Set<Shape>(['name', 'integer', 'times'])

function chosen(value: unknown, values: readonly string[], path: readonly string[]): string {
  if (typeof value === 'string' && values.includes(value)) return value
  const param = bracketed(path)
  throw invalidValue(param, `Invalid ${param}: must be one of ${values.join(', ')}.`)
}

/** As Stripe's clients of each language write them: Python's before 12.0.1 send "True". */
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
  // Written with numbers, "a[0]", a list arrives as an object.
  const isNumbered = isObject(value) && Object.keys(value).every((name) => /^\d{1,9}$/.test(name))
  const items = Array.isArray(value) ? value : isNumbered ? Object.values(value) : undefined
  if (items === undefined) throw wrongKind('array', path)
  return items.map((item, index) => {
    if (typeof item !== 'string') throw wrongKind('text', [...path, String(index)])
    return item
  })
}

function membersOf(value: unknown, members: Shapes, path: readonly string[]): unknown {
  if (!isObject(value)) throw wrongKind('object', path)
  return shapeMembers(value, members, path)
}

function labels(value: unknown, path: readonly string[]): Record<string, string | null> {
  if (!isObject(value)) throw wrongKind('object', path)
  const entries = Object.entries(value).map(([name, item]): [string, string | null] => {
    if (typeof item !== 'string') throw wrongKind('text', [...path, name])
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

const KINDS = { text: 'string', name: 'string', labels: 'object' } as const

function wrongKind(
  kind: keyof typeof KINDS | 'boolean' | 'integer' | 'array' | 'object',
  path: readonly string[],
  value?: string,
): ApiError {
  const word = kind in KINDS ? KINDS[kind as keyof typeof KINDS] : kind
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
