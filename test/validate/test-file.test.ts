import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkTestFile, type Testable } from '../../src/validate/test-file.js'
import { runs } from '../helpers/runs.js'

const PROJECT: Testable = {
  environments: new Map([
    ['local', 'test'],
    ['live', 'live'],
  ]),
  flows: ['sign-up'],
  policies: ['selfie'],
  bodyOf: () => ({ name: 'Sign-up', type: 'document' }),
}

/** Values that resemble what a test says, in places where it may not be said. */
const anything = fc.anything({
  key: fc.constantFrom(
    ...['name', 'given', 'flow', 'environments', 'when', 'then', 'expect', 'change', 'before', 'after', 'policies'],
    ...['policy', 'status', 'report', 'checks', 'options', 'document', '__proto__', 'constructor'],
  ),
  values: [
    fc.constantFrom('sign-up', 'live', 'verified', 'document', 'selfie', 'blocked', 'document_expired', null, true, 1),
    fc.string(),
  ],
  maxDepth: 5,
})
const aTest = fc.dictionary(
  fc.constantFrom('name', 'given', 'when', 'then', 'expect', 'change', 'before', 'after'),
  anything,
)

test('a file of tests is never the cause of a crash, and every fault has a place and a message', () => {
  fc.assert(
    fc.property(fc.oneof(anything, fc.record({ given: anything, tests: fc.array(aTest) })), (value) => {
      for (const { pointer, message } of checkTestFile(value, PROJECT)) {
        expect(pointer).toMatch(/^(?:\/|$)/)
        expect(message).not.toBe('')
      }
    }),
    runs(500),
  )
})
