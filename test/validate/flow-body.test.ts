import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { normalise } from '../../src/model/flow.js'
import { checkFlowBody as checkBody } from '../../src/validate/flow-body.js'
import { flowBody } from '../helpers/arbitraries.js'

const checkFlowBody = (value: unknown) => checkBody(value, 'live')

const VALID = { name: 'A', type: 'document' }

/** "CODE key-or-value pointer" of everything wrong with a valid body that these members change. */
function issues(changes: object): string[] {
  return checkFlowBody({ ...VALID, ...changes }).map(({ code, part, pointer }) => `${code} ${part} ${pointer}`)
}

const hintOf = (changes: object) => checkFlowBody({ ...VALID, ...changes })[0]?.hint

describe('a body is', () => {
  test('valid with its required fields only', () => {
    expect(checkFlowBody(VALID)).toEqual([])
  })

  test.each([null, undefined, [], 'text', 5])('not %j', (value) => {
    expect(checkFlowBody(value).map(({ code }) => code)).toEqual(['WRONG_TYPE'])
  })

  test('valid whenever it could be written in a definition, and so is its normal form', () => {
    fc.assert(
      fc.property(flowBody, (body) => {
        expect(checkFlowBody(body)).toEqual([])
        const { description, return_url, ...rest } = normalise(body)
        expect(
          checkFlowBody({ ...rest, ...(description && { description }), ...(return_url && { return_url }) }),
        ).toEqual([])
      }),
      { numRuns: 1_000 },
    )
  })

  test('never the cause of a crash', () => {
    fc.assert(
      fc.property(fc.object({ withNullPrototype: true, maxDepth: 3 }), fc.anything(), (changes, value) => {
        checkFlowBody(value)
        for (const field of ['name', 'options', 'metadata', 'return_url', 'description', 'static_link']) {
          checkFlowBody({ ...VALID, ...changes, [field]: value })
        }
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('one fault is one issue', () => {
  test.each<[string, object, string]>([
    ['an unknown field', { nmae: 'A' }, 'UNKNOWN_FIELD key /nmae'],
    ['a field of definitions only', { environments: {} }, 'UNKNOWN_FIELD key /environments'],
    ['another field of definitions only', { renamed_from: 'x' }, 'UNKNOWN_FIELD key /renamed_from'],
    ['a list for a mapping', { options: [] }, 'WRONG_TYPE value /options'],
    ['nothing for a mapping', { options: { email: null } }, 'WRONG_TYPE value /options/email'],
    ['a word for a switch', { protected: 'on' }, 'NOT_A_BOOLEAN value /protected'],
    ['a quoted switch', { protected: 'TRUE' }, 'NOT_A_BOOLEAN value /protected'],
    ['any text for a switch', { protected: 'perhaps' }, 'WRONG_TYPE value /protected'],
    ['a number for a switch', { protected: 1 }, 'WRONG_TYPE value /protected'],
    ['a number for a text', { metadata: { year: 2026 } }, 'NOT_A_STRING value /metadata/year'],
    ['a switch for a text', { name: false }, 'NOT_A_STRING value /name'],
    ['a mapping for a text', { name: {} }, 'WRONG_TYPE value /name'],
    ['no text', { name: '' }, 'INVALID_VALUE value /name'],
    ['two lines', { name: 'A\nB' }, 'CONTROL_CHARACTER value /name'],
    ['a blank at the end', { name: 'A ' }, 'INVALID_VALUE value /name'],
    ['101 characters', { name: 'x'.repeat(101) }, 'INVALID_VALUE value /name'],
    ['a misspelt type', { type: 'documnt' }, 'UNKNOWN_VALUE value /type'],
    ['a number as type', { type: 5 }, 'UNKNOWN_VALUE value /type'],
    ['nothing as type', { type: null }, 'WRONG_TYPE value /type'],
    ['a list as type', { type: ['document'] }, 'WRONG_TYPE value /type'],
    [
      'a misspelt document type',
      { options: { document: { allowed_types: ['passport', 'visa'] } } },
      'UNKNOWN_DOCUMENT_TYPE value /options/document/allowed_types/1',
    ],
    [
      'no document type',
      { options: { document: { allowed_types: [] } } },
      'INVALID_VALUE value /options/document/allowed_types',
    ],
    [
      'an option of the other type',
      { type: 'id_number', options: { document: {} } },
      'OPTION_NOT_ALLOWED key /options/document',
    ],
    ['brackets in a label', { metadata: { 'a[b]': 'x' } }, 'INVALID_VALUE key /metadata/a[b]'],
    ['a label without a name', { metadata: { '': 'x' } }, 'INVALID_VALUE key /metadata/'],
    ['a slash in a wrong label', { metadata: { 'a/b': 1 } }, 'NOT_A_STRING value /metadata/a~1b'],
    ['an empty label', { metadata: { a: '' } }, 'INVALID_VALUE value /metadata/a'],
    [
      '51 labels',
      { metadata: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, 'x'])) },
      'INVALID_VALUE value /metadata',
    ],
    [
      'NUL in the value of a label, which no store keeps',
      { metadata: { a: 'x\0' } },
      'CONTROL_CHARACTER value /metadata/a',
    ],
    ['half a pair in the value of a label', { metadata: { a: 'x\ud83d' } }, 'CONTROL_CHARACTER value /metadata/a'],
    ['a line break in the name of a label', { metadata: { 'a\nb': 'x' } }, 'CONTROL_CHARACTER key /metadata/a\nb'],
    ['a control sequence of one character', { name: 'A\u009b31m' }, 'CONTROL_CHARACTER value /name'],
    ['NUL in a label', { metadata: { 'a\0': 'x' } }, 'CONTROL_CHARACTER key /metadata/a\0'],
    ['half a surrogate pair', { description: 'x\ud83d' }, 'CONTROL_CHARACTER value /description'],
    ['a carriage return', { description: 'a\rb' }, 'CONTROL_CHARACTER value /description'],
    ['a mark that reorders a name', { name: 'Pay\u202etuo' }, 'HIDDEN_CHARACTER value /name'],
    ['an invisible character at the end, where no blank may be', { name: 'A\ufeff' }, 'HIDDEN_CHARACTER value /name'],
    ['an invisible sentence', { description: 'a\u{e0061}\u{e0062}' }, 'HIDDEN_CHARACTER value /description'],
  ])('%s', (_, changes, issue) => {
    expect(issues(changes)).toEqual([issue])
  })

  test('a missing field, at the pointer it would have', () => {
    expect(checkFlowBody({ name: 'A' }).map(({ code, pointer }) => `${code} ${pointer}`)).toEqual([
      'MISSING_FIELD /type',
    ])
  })

  test('a misspelt field is not missing too', () => {
    expect(checkFlowBody({ nmae: 'A', type: 'document' }).map(({ code }) => code)).toEqual(['UNKNOWN_FIELD'])
  })

  test('but many faults are many', () => {
    expect(issues({ type: 'x', protected: 'yes', metadata: { a: 1, b: 2 } })).toHaveLength(4)
  })
})

describe('permitted are', () => {
  test.each<[string, object]>([
    ['line breaks and tabs in a description', { description: 'a\n\tb' }],
    ['characters beyond the basic plane', { name: '\u{1F600}'.repeat(100) }],
    ['50 labels', { metadata: Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`k${i}`, 'x'])) }],
    ['labels with line breaks and control characters', { metadata: { a: 'x\r\n\ty\u0007\u001b\u0085' } }],
    [
      'labels named like members of every object',
      { metadata: { constructor: 'x', toString: 'y', hasOwnProperty: 'z' } },
    ],
  ])('%s', (_, changes) => {
    expect(issues(changes)).toEqual([])
  })

  test.each([
    'https://example.com',
    'https://example.com:8443/a?b=c#d',
    'https://пример.рф/ä',
    'http://localhost:3000/x',
    'http://127.0.0.1',
    'http://[::1]:8080/',
    'HTTPS://EXAMPLE.COM',
    'myapp://done',
    'myapp://done?session=1#end',
    'com.example.app:/oauth/done',
    'msauth.com.example.app://auth',
  ])('the return URL %s', (address) => {
    expect(issues({ return_url: address })).toEqual([])
  })
})

test.each([
  'http://example.com',
  'http://localhost.example.com',
  'http://127.0.0.1.nip.io',
  'ftp://example.com',
  'javascript:alert(1)',
  'data:text/html,x',
  'https://user:secret@example.com',
  'https://@example.com',
  'https://example.com\\@evil.example',
  'https:example.com',
  'https:///example.com',
  '//example.com',
  'example.com',
  'https://exa mple.com',
  ' https://example.com',
  'https://',
  'https://[::1',
  'JavaScript://example.com/%0aalert(1)',
  'javascript:/alert(1)',
  'data:/x',
  'smb://host/share',
  'content://x/y',
  'intent://x#Intent;end',
  'DATA://text/html,x',
  'file:///etc/passwd',
  'vbscript://x',
  'blob:https://example.com/1',
  'wss://example.com',
  'mailto:a@example.com',
  'htps://example.com',
  'example.com:8443/done',
  'localhost:3000/done',
  'myapp:done',
  'myapp://',
  'myapp://a b',
  'myapp://user:secret@done',
  'http://192.168.1.5:3000',
])('the return URL %s is refused', (address) => {
  expect(issues({ return_url: address })).toEqual(['RETURN_URL_INVALID value /return_url'])
})

describe('__proto__', () => {
  test('is no label', () => {
    const metadata = JSON.parse('{"__proto__": "x"}')
    expect(issues({ metadata })).toEqual(['INVALID_VALUE key /metadata/__proto__'])
  })

  test('is no field', () => {
    expect(checkFlowBody(JSON.parse('{"__proto__": {"name": "A"}, "name": "A", "type": "document"}'))).toMatchObject([
      { code: 'UNKNOWN_FIELD', pointer: '/__proto__' },
    ])
  })
})

describe('hints', () => {
  test.each<[object, string]>([
    [{ staticLink: {} }, 'static_link'],
    [{ 'return-url': 'https://example.com' }, 'return_url'],
    [{ options: { document: { alowed_types: [] } } }, 'allowed_types'],
    [{ type: 'Document' }, '"document"'],
    [{ protected: 'no' }, 'false'],
    [{ zzz: 1 }, 'name, description, type'],
  ])('of %j name %s', (changes, expected) => {
    expect(hintOf(changes)).toContain(expected)
  })

  test('an API key is never repeated', () => {
    const text = JSON.stringify(
      checkFlowBody({
        ...VALID,
        return_url: 'sk_live_abcdefgh12340123456789abcdefghijklmn',
        type: 'rk_test_abcdefgh0123456789abcdefghijklmn',
      }),
    )
    expect(text).not.toMatch(/abcdefgh/)
  })
})

test.each([
  [{ require_live_capture: true }, 'it belongs under options.document'],
  [{ options: { allowed_types: ['passport'] } }, 'it belongs under options.document'],
  [{ options: { dob: 'similar' } }, 'it belongs under options.matching'],
  [{ options: { document: { active: true } } }, 'it belongs under static_link'],
  [{ require_verification: true }, 'the fields are: '], // two places have it
])('a field in the wrong place is told where it belongs: %j', (body, hint) => {
  expect(checkFlowBody({ name: 'A', type: 'document', ...body })).toMatchObject([
    { code: 'UNKNOWN_FIELD', hint: expect.stringContaining(hint) },
  ])
})
