import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type PlanHeader, readHeader, writeHeader } from '../../src/forge/header.js'

const HEADER: PlanHeader = {
  project: 'acme-kyc',
  environment: 'live',
  status: 'planned',
  digest: 'a'.repeat(64),
  file_sha256: 'b'.repeat(64),
  commit: 'c'.repeat(40),
  run_id: '1234567890',
  keys: ['high-value'],
  deployment: null,
}

test('a header is read as it was written', () => {
  expect(readHeader(`${writeHeader(HEADER)}\nThe plan.`)).toEqual(HEADER)
})

test('nothing in it can end the comment it stands in, nor begin a line', () => {
  const keys = fc.array(fc.oneof(fc.string(), fc.constantFrom('-->', '--!>', '<!--', '--', '---->', '\n', '\u2028')), {
    maxLength: 20,
  })
  fc.assert(
    fc.property(keys, (some) => {
      const header = { ...HEADER, keys: some }
      const line = writeHeader(header)
      expect(line.slice('<!--'.length, -'-->'.length)).not.toMatch(/[<>\n\r]|--/)
      expect(readHeader(line)).toEqual(header)
    }),
  )
})

test('too many keys are left out: the plan needs the room', () => {
  const line = writeHeader({ ...HEADER, keys: Array.from({ length: 1000 }, (_, index) => `flow-${index}`) })
  expect(line.length).toBeLessThan(4_000)
  expect(readHeader(line)?.keys).toBeNull()
})

test.each([
  ['it stands in a later line', `hello\n${writeHeader(HEADER)}`],
  ['something stands behind it', `${writeHeader(HEADER)} hello`],
  ['it is no JSON', '<!-- flows-plan {oops} -->'],
  ['it is no object', '<!-- flows-plan [] -->'],
  ['a member is missing', '<!-- flows-plan {"version":1,"project":"acme-kyc"} -->'],
  ['it is of another version', writeHeader(HEADER).replace('"version":1', '"version":2')],
  ['the run is no number', writeHeader({ ...HEADER, run_id: '1; rm -rf /' })],
  ['the commit is none', writeHeader({ ...HEADER, commit: '$(id)' })],
  ['the digest is none', writeHeader({ ...HEADER, digest: 'A'.repeat(64) })],
  ['the deployment is none', writeHeader({ ...HEADER, deployment: 'vfd_1</code>' })],
])('a header is none when %s', (_, body) => {
  expect(readHeader(body)).toBeNull()
})
