import { encode as pack } from '@msgpack/msgpack'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeValue, encodeValue, parseValue } from '../../../src/terraform/wire/codec.js'
import { type Type, UNKNOWN, type Value } from '../../../src/terraform/wire/value.js'

const NAMES = ['name', 'a', '__proto__', 'constructor', 'ключ']

/** A type, and a value of it. */
const { typed } = fc.letrec<{ typed: [Type, Value] }>((tie) => ({
  typed: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.tuple(fc.constant('string' as const), withGaps(fc.string({ unit: 'grapheme' }))),
    fc.tuple(fc.constant('bool' as const), withGaps(fc.boolean())),
    fc.tuple(fc.constant('number' as const), withGaps(aNumber())),
    fc
      .tuple(fc.constantFrom('list' as const, 'set' as const), tie('typed'), fc.nat(3))
      .map(([kind, [type, value], count]): [Type, Value] => [[kind, type], Array(count).fill(value)]),
    fc
      .tuple(tie('typed'), fc.uniqueArray(fc.constantFrom(...NAMES)))
      .map(([[type, value], keys]): [Type, Value] => [
        ['map', type],
        Object.fromEntries(keys.map((key) => [key, value])),
      ]),
    fc
      .tuple(
        fc.uniqueArray(fc.constantFrom(...NAMES.filter((name) => name !== '__proto__'))),
        fc.array(tie('typed'), { minLength: 5, maxLength: 5 }),
      )
      .map(([names, members]): [Type, Value] => [
        ['object', Object.fromEntries(names.map((name, index) => [name, (members[index] as [Type, Value])[0]]))],
        Object.fromEntries(names.map((name, index) => [name, (members[index] as [Type, Value])[1]])),
      ]),
  ),
}))

function withGaps<Of extends Value>(value: fc.Arbitrary<Of>): fc.Arbitrary<Value> {
  return fc.oneof({ weight: 4, arbitrary: value }, fc.constantFrom(null, UNKNOWN))
}

function aNumber(): fc.Arbitrary<Value> {
  const beyond = fc.bigInt({ min: 2n ** 53n, max: 2n ** 70n }).map(String)
  return fc.oneof(fc.maxSafeInteger(), beyond, fc.constantFrom(0.5, -2.25, '0.1', '-0.3', 2 ** 40))
}

describe('values', () => {
  test('what is written reads the same', () => {
    fc.assert(
      fc.property(typed, ([type, value]) => {
        expect(decodeValue(type, encodeValue(type, value))).toEqual(value)
      }),
    )
  })

  test('byte by byte', () => {
    const type: Type = ['object', { name: 'string', on: 'bool', size: 'number', tags: ['map', 'string'], id: 'string' }]
    const value: Value = { name: 'A', on: true, size: 300, tags: { k: 'v' }, id: UNKNOWN }
    expect(encodeValue(type, value)).toEqual(
      hex('85 a46e616d65 a141 a26f6e c3 a473697a65 cd012c a474616773 81 a16b a176 a26964 d40000'),
    )
    expect(encodeValue('string', null)).toEqual(hex('c0'))
    expect(encodeValue(['list', 'string'], [])).toEqual(hex('90'))
    expect(encodeValue('number', -1)).toEqual(hex('ff'))
    expect(encodeValue('number', 0.5)).toEqual(hex('cb3fe0000000000000'))
    expect(encodeValue('number', '18446744073709551616')).toEqual(hex('b43138343436373434303733373039353531363136'))
  })

  test('no bytes are null, and so is a missing attribute', () => {
    expect(decodeValue(['map', 'string'], new Uint8Array())).toBeNull()
    expect(decodeValue(['object', { a: 'string', b: 'bool' }], pack({ a: 'x', other: 1 }))).toEqual({ a: 'x', b: null })
  })

  test('a value that is not known reads so, whatever is known of it: not null, and how it begins', () => {
    expect(decodeValue('string', hex('c7070c 8201c202a26e2d'))).toBe(UNKNOWN)
    expect(decodeValue(['set', 'string'], hex('d40000'))).toBe(UNKNOWN)
  })

  test('a number keeps its last digit', () => {
    expect(decodeValue('number', hex('cf0020000000000001'))).toBe('9007199254740993')
    expect(decodeValue('number', hex('cf001fffffffffffff'))).toBe(9007199254740991)
    expect(decodeValue('number', hex('d3ffdfffffffffffff'))).toBe('-9007199254740993')
    expect(decodeValue('number', hex('a3302e31'))).toBe('0.1')
    expect(decodeValue('number', hex('a3302e35'))).toBe(0.5)
  })

  test('a text that begins with a byte order mark keeps it, however long it is', () => {
    for (const length of [1, 100, 1_000]) {
      const value = { '\ufeffa': `\ufeff\ufeff${'ü'.repeat(length)}` }
      expect(decodeValue(['map', 'string'], encodeValue(['map', 'string'], value))).toEqual(value)
    }
  })

  test('a key __proto__ is a key as any other', () => {
    const tags = decodeValue(['map', 'string'], hex('81 a95f5f70726f746f5f5f a178')) as object
    expect(Object.entries(tags)).toEqual([['__proto__', 'x']])
    expect(Object.getPrototypeOf(tags)).toBe(Object.prototype)
  })

  test.each<[string, Type, unknown, string]>([
    ['a text for a number', 'number', 'twelve', 'the value is not of type number'],
    ['a number for a text', 'string', 12, 'the value is not of type string'],
    ['no number', 'number', Number.NaN, 'the value is not of type number'],
    ['an object for a list', ['list', 'string'], {}, 'the value is not of type list'],
    ['a list for a map', ['map', 'string'], [], 'the value is not of type map'],
    ['an element', ['list', 'string'], ['a', 1], '[1] is not of type string'],
    ['a member', ['object', { tags: ['map', 'bool'] }], { tags: { k: 'v' } }, 'tags["k"] is not of type bool'],
    ['a missing member', ['object', { a: ['object', { b: 'bool' }] }], { a: {} }, 'a is without its attribute b'],
    ['a member too many', ['object', { a: 'bool' }], { a: true, b: 1 }, 'the value has no attribute b'],
  ])('a value that does not fit is not written: %s', (_, type, value, message) => {
    expect(() => encodeValue(type, value as Value)).toThrow(message)
  })

  test.each<[string, Type, unknown, string]>([
    ['a number', 'string', 1, 'the value is not of type string'],
    ['a text', 'bool', 'true', 'the value is not of type bool'],
    ['a text without digits', 'number', 'x', 'the value is not of type number'],
    ['a map', ['set', 'string'], {}, 'the value is not of type set'],
    ['a list', ['object', {}], [], 'the value is not of type object'],
    ['a list in a map', ['map', ['map', 'string']], { k: [] }, '["k"] is not of type map'],
  ])('nor is one read that does not fit: %s', (_, type, value, message) => {
    expect(() => decodeValue(type, pack(value))).toThrow(message)
  })
})

describe('states, which are JSON', () => {
  const type: Type = ['object', { a: 'number', tags: ['map', 'string'], block: ['object', { b: 'bool' }] }]

  test('what is not known is dropped, and what is missing is null', () => {
    expect(parseValue(type, '{"a":1,"gone":[1,{"x":2}],"block":{}}')).toEqual({ a: 1, tags: null, block: { b: null } })
  })

  test('numbers keep their digits, and texts that look like numbers are texts', () => {
    const json = '{"a":9007199254740993,"tags":{"k":"1.50","\\"q\\\\":"-3"}}'
    expect(parseValue(type, json)).toMatchObject({ a: '9007199254740993', tags: { k: '1.50', '"q\\': '-3' } })
    expect(parseValue('number', '0.1')).toBe('0.1')
    expect(parseValue('number', '0.25')).toBe(0.25)
    expect(parseValue('number', '1e3')).toBe(1000)
  })

  test('a key __proto__ is a key as any other', () => {
    const { tags } = parseValue(type, '{"tags":{"__proto__":"x"}}') as { tags: object }
    expect(Object.entries(tags)).toEqual([['__proto__', 'x']])
  })

  test('what is no JSON, or of another type, is refused', () => {
    expect(() => parseValue(type, '{')).toThrow(SyntaxError)
    expect(() => parseValue(type, '{"block":[]}')).toThrow('block is not of type object')
  })
})

function hex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'))
}
