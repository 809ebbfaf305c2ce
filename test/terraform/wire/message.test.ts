import fc from 'fast-check'
import protobuf from 'protobufjs/light.js'
import { describe, expect, test } from 'vitest'
import {
  bytes,
  flag,
  integer,
  map,
  message,
  nested,
  optionalBytes,
  optionalInteger,
  optionalText,
  repeated,
  text,
} from '../../../src/terraform/wire/message.js'
import { AttributePath, Diagnostic, PROVIDER_CALLS, SEVERITY } from '../../../src/terraform/wire/messages.js'

const Inner = message({ name: text(1), choice: optionalInteger(2) })
const Outer = message({
  text: text(1),
  bytes: bytes(2),
  flag: flag(3),
  integer: integer(4),
  optional_text: optionalText(5),
  optional_bytes: optionalBytes(6),
  optional_integer: optionalInteger(7),
  nested: nested(8, Inner),
  repeated: repeated(9, Inner),
  map: map(10, Inner),
  // Two bytes for its number and type.
  far: text(300),
})

/** The same two messages in another implementation of protobuf. */
const judge = protobuf.Root.fromJSON({
  nested: {
    Inner: {
      oneofs: { _choice: { oneof: ['choice'] } },
      fields: { name: { type: 'string', id: 1 }, choice: { type: 'int64', id: 2 } },
    },
    Outer: {
      oneofs: {
        _t: { oneof: ['optional_text'] },
        _b: { oneof: ['optional_bytes'] },
        _i: { oneof: ['optional_integer'] },
      },
      fields: {
        text: { type: 'string', id: 1 },
        bytes: { type: 'bytes', id: 2 },
        flag: { type: 'bool', id: 3 },
        integer: { type: 'int64', id: 4 },
        optional_text: { type: 'string', id: 5 },
        optional_bytes: { type: 'bytes', id: 6 },
        optional_integer: { type: 'int64', id: 7 },
        nested: { type: 'Inner', id: 8 },
        repeated: { rule: 'repeated', type: 'Inner', id: 9 },
        far: { type: 'string', id: 300 },
      },
    },
  },
})
  .lookupType('Outer')
  .add(new protobuf.MapField('map', 10, 'string', 'Inner'))

const anInteger = fc.oneof(fc.maxSafeInteger(), fc.constantFrom(0, -1, 127, 128, 2 ** 31, 2 ** 32, -(2 ** 31)))
const someBytes = fc.uint8Array().map((some) => Buffer.from(some))
const someText = fc.string({ unit: 'grapheme' })
const anInner = fc.record({ name: someText, choice: fc.option(anInteger, { nil: undefined }) })
const anOuter = fc.record({
  text: someText,
  bytes: someBytes,
  flag: fc.boolean(),
  integer: anInteger,
  optional_text: fc.option(someText, { nil: undefined }),
  optional_bytes: fc.option(someBytes, { nil: undefined }),
  optional_integer: fc.option(anInteger, { nil: undefined }),
  nested: fc.option(anInner),
  repeated: fc.array(anInner),
  map: fc.dictionary(
    someText.filter((key) => key !== '__proto__'),
    anInner,
    { noNullPrototype: true },
  ),
  far: someText,
})

describe('messages', () => {
  test('what is written reads the same', () => {
    fc.assert(
      fc.property(anOuter, (value) => {
        const { map: read, ...others } = Outer.decode(Outer.encode(value))
        expect({ ...others, map: Object.fromEntries(read) }).toEqual(value)
      }),
    )
  })

  test('another implementation reads what is written here', () => {
    fc.assert(
      fc.property(anOuter, (value) => {
        const read = judge.toObject(judge.decode(Outer.encode(value)), {
          defaults: true,
          longs: Number,
          bytes: Buffer,
        })
        expect(read).toEqual(withoutUndefined(value))
      }),
    )
  })

  test('what another implementation writes is read here', () => {
    fc.assert(
      fc.property(anOuter, (value) => {
        const { map: read, ...others } = Outer.decode(judge.encode(judge.fromObject(withoutUndefined(value))).finish())
        expect({ ...others, map: Object.fromEntries(read) }).toEqual(value)
      }),
    )
  })

  test('bytes that are no message are refused, never read beyond their end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (noise) => {
        try {
          Outer.decode(noise)
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError)
        }
      }),
    )
    expect(() => Outer.decode(hex('0a 05 61'))).toThrow('the message ends too early')
    expect(() => Outer.decode(hex('20 ff ff ff ff ff ff ff ff ff ff 01'))).toThrow('longer than 10 bytes')
    expect(() => Outer.decode(hex('20 ff ff ff ff ff ff ff ff 7f'))).toThrow('beyond what a number can hold')
    expect(() => Outer.decode(hex('08 01'))).toThrow('text is not encoded as it should be')
  })

  test('fields that are not in the table are skipped, however they are encoded', () => {
    const others = ['98 06 ff 01', '99 06 01 02 03 04 05 06 07 08', '9a 06 03 61 62 63', '9d 06 01 02 03 04']
    expect(Inner.decode(hex(`${others.join(' ')} 0a 01 61`))).toEqual({ name: 'a', choice: undefined })
    expect(Inner.decode(hex('98 06 ff ff ff ff ff ff ff ff ff 01 0a 01 61')).name).toBe('a')
    expect(() => Inner.decode(hex('9b 06'))).toThrow('wire type 3 is not in use')
  })

  test('fields may come in any order, and of one that comes twice the last one counts', () => {
    expect(Inner.decode(hex('10 01 0a 01 61 10 02 0a 01 62'))).toEqual({ name: 'b', choice: 2 })
  })

  test('a number that is no integer is not sent', () => {
    for (const number of [0.5, Number.NaN, 2 ** 53]) {
      expect(() => Outer.encode({ integer: number })).toThrow('is not an integer that can be sent')
    }
  })
})

describe("Terraform's messages, byte by byte", () => {
  test('the first element of a list is index 0, and is written', () => {
    const path = AttributePath.encode({ steps: [{ attribute_name: 'steps' }, { element_key_int: 0 }] })
    expect(path).toEqual(hex('0a 07 0a 05 73 74 65 70 73 0a 02 18 00'))
  })

  test('a key of a map that is empty is written as well', () => {
    expect(AttributePath.encode({ steps: [{ element_key_string: '' }] })).toEqual(hex('0a 02 12 00'))
  })

  test('an error with its place', () => {
    const attribute = { steps: [{ attribute_name: 'a' }] }
    expect(Diagnostic.encode({ severity: SEVERITY.error, summary: 'S', detail: 'D', attribute })).toEqual(
      hex('08 01 12 01 53 1a 01 44 22 05 0a 03 0a 01 61'),
    )
  })

  test('an answer with nothing in it has no bytes', () => {
    expect(PROVIDER_CALLS.StopProvider.response.encode({ Error: '' })).toHaveLength(0)
    expect(PROVIDER_CALLS.ValidateProviderConfig.response.encode({ diagnostics: [] })).toHaveLength(0)
  })

  test('what validates the provider block has its diagnostics in field 2, all others in field 1', () => {
    const answer = { diagnostics: [{ severity: SEVERITY.warning }] }
    expect(PROVIDER_CALLS.ValidateProviderConfig.response.encode(answer)).toEqual(hex('12 02 08 02'))
    expect(PROVIDER_CALLS.ValidateResourceConfig.response.encode(answer)).toEqual(hex('0a 02 08 02'))
  })
})

function hex(text: string): Buffer {
  return Buffer.from(text.replaceAll(' ', ''), 'hex')
}

function withoutUndefined(value: object): object {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => {
      if (member === undefined) return []
      const isPlain =
        typeof member === 'object' && member !== null && Object.getPrototypeOf(member) === Object.prototype
      if (Array.isArray(member)) return [[name, member.map(withoutUndefined)]]
      return [[name, isPlain ? withoutUndefined(member) : member]]
    }),
  )
}
