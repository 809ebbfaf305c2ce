import { Decoder, Encoder, ExtData } from '@msgpack/msgpack'
import { type ObjectValue, type Type, UNKNOWN, type Value } from './value.js'

/*
 * Terraform's values in MessagePack, read and written by their type. Writing is strict, since a value that does not fit
 * its type is a fault of this provider. Reading states of earlier runs, which are JSON, is lenient.
 */

/** @throws if the value is not of the type; the message says where. */
export function encodeValue(type: Type, value: Value): Uint8Array {
  return ENCODER.encode(toWire(type, value, ''))
}

/**
 * No bytes mean null. Terraform's hints about an unknown value, such as that it is not null, are dropped.
 *
 * @throws if the bytes do not hold a value of the type.
 */
export function decodeValue(type: Type, bytes: Uint8Array): Value {
  if (bytes.length === 0) return null
  return fromWire(type, DECODER.decode(bytes), '')
}

/**
 * A state in JSON: members unknown to the type are dropped, and missing ones are null.
 *
 * @throws if it is not JSON, or a member has another type.
 */
export function parseValue(type: Type, json: string): Value {
  return fromWire(type, JSON.parse(withDigits(json)), '')
}

function toWire(type: Type, value: Value, at: string): unknown {
  if (value === null) return null
  if (value === UNKNOWN) return new ExtData(UNKNOWN_EXTENSION, new Uint8Array(1))
  if (typeof type === 'string') return scalar(type, value, at)
  if (type[0] === 'list' || type[0] === 'set') {
    if (!isList(value)) throw misfit(at, type[0])
    return value.map((element, index) => toWire(type[1] as Type, element, `${at}[${index}]`))
  }
  if (!isObject(value)) throw misfit(at, type[0])
  if (type[0] === 'map') {
    return mapped(value, (name, element) => toWire(type[1] as Type, element, `${at}[${JSON.stringify(name)}]`))
  }
  const members = type[1] as Members
  const stray = Object.keys(value).find((name) => !Object.hasOwn(members, name))
  if (stray !== undefined) throw new TypeError(`${path(at)} has no attribute ${stray}`)
  return mapped(members, (name, of) => {
    const member = value[name]
    if (member === undefined) throw new TypeError(`${path(at)} is without its attribute ${name}`)
    return toWire(of, member, `${at}.${name}`)
  })
}

function scalar(type: Extract<Type, string>, value: Value, at: string): unknown {
  if (type === 'number' && typeof value === 'string' && DIGITS.test(value)) return value
  const javaScript = { string: 'string', number: 'number', bool: 'boolean' }[type]
  if (typeof value !== javaScript || (typeof value === 'number' && !Number.isFinite(value))) throw misfit(at, type)
  return value
}

function fromWire(type: Type, value: unknown, at: string): Value {
  if (value === null || value === undefined) return null
  if (value instanceof ExtData) return UNKNOWN
  if (value instanceof Uint8Array) return fromWire(type, textOf(value), at)
  if (type === 'number') return number(value, at)
  if (typeof type === 'string') {
    const javaScript = type === 'bool' ? 'boolean' : type
    if (typeof value !== javaScript) throw misfit(at, type)
    return value as Value
  }
  if (type[0] === 'list' || type[0] === 'set') {
    if (!isList(value)) throw misfit(at, type[0])
    return value.map((element, index) => fromWire(type[1] as Type, element, `${at}[${index}]`))
  }
  if (!isObject(value)) throw misfit(at, type[0])
  if (type[0] === 'map') {
    return mapped(withProto(value), (name, one) => fromWire(type[1] as Type, one, `${at}[${JSON.stringify(name)}]`))
  }
  return mapped(type[1] as Members, (name, of) =>
    fromWire(of, Object.hasOwn(value, name) ? value[name] : null, `${at}.${name}`),
  )
}

/** The library would drop a byte order mark at the start of a long text. */
function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
}

function number(value: unknown, at: string): number | string {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return exactly(value.toString())
  if (typeof value === 'string' && DIGITS.test(value)) return exactly(value)
  throw misfit(at, 'number')
}

/** The number if JavaScript can hold it exactly, otherwise its digits. */
function exactly(digits: string): number | string {
  const value = Number(digits)
  if (Number.isInteger(value)) return Number.isSafeInteger(value) ? value : digits
  // Compares all digits of the binary fraction: with fewer, 0.1 would seem to be exact.
  return Number.isFinite(value) && value.toPrecision(100).replace(/0+$/, '') === digits ? value : digits
}

/** JSON with its numbers as text, because JSON.parse rounds them. */
function withDigits(json: string): string {
  return json.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (token) => (token.startsWith('"') ? token : `"${token}"`))
}

function mapped<From, To>(members: { readonly [name: string]: From }, of: (name: string, member: From) => To) {
  const found: Record<string, To> = {}
  for (const name of Object.keys(members)) {
    const value = of(name, members[name] as From)
    if (name !== PROTO) found[name] = value
    // Assigning to it would change the prototype.
    else Object.defineProperty(found, name, { value, enumerable: true, configurable: true, writable: true })
  }
  return found
}

function withProto(value: ObjectValue): ObjectValue {
  if (!Object.hasOwn(value, PROTO_STAND_IN)) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name === PROTO_STAND_IN ? PROTO : name, one]))
}

function isList(value: unknown): value is readonly Value[] {
  return Array.isArray(value)
}

function isObject(value: unknown): value is ObjectValue {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function misfit(at: string, type: string): TypeError {
  return new TypeError(`${path(at)} is not of type ${type}`)
}

function path(at: string): string {
  return at === '' ? 'the value' : at.replace(/^\./, '')
}

type Members = { readonly [name: string]: Type }

const UNKNOWN_EXTENSION = 0
const DIGITS = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/

// The library refuses this key. UTF-8 text cannot contain half a surrogate pair, so the stand-in cannot be sent.
const PROTO = '__proto__'
const PROTO_STAND_IN = '\ud800__proto__'
const KEYS = {
  canBeCached: () => true,
  decode(bytes: Uint8Array, offset: number, length: number) {
    const key = textOf(bytes.subarray(offset, offset + length))
    return key === PROTO ? PROTO_STAND_IN : key
  },
}

// One of each for all calls: Terraform makes thousands.
const ENCODER = new Encoder()
const DECODER = new Decoder({ useBigInt64: true, rawStrings: true, keyDecoder: KEYS })
