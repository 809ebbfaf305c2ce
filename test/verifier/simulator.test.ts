import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SESSION_ERROR_CODES, type SessionOptions } from '../../src/model/resources.js'
import { choicesOf } from '../../src/verifier/hosted-page.js'
import { simulator } from '../../src/verifier/simulator/simulator.js'
import type { Submission } from '../../src/verifier/verdict.js'

const DOCUMENT = {
  allowed_types: ['passport'],
  require_id_number: false,
  require_live_capture: false,
  require_matching_selfie: false,
} satisfies SessionOptions['document']

/** All that the simulator may be asked, as a session holds it. */
const options: fc.Arbitrary<SessionOptions> = fc
  .record({
    kind: fc.constantFrom('document', 'id_number'),
    require_id_number: fc.boolean(),
    require_matching_selfie: fc.boolean(),
    email: fc.boolean(),
    phone: fc.boolean(),
  })
  .map(({ kind, email, phone, ...document }) => ({
    ...(kind === 'document' ? { document: { ...DOCUMENT, ...document } } : { id_number: {} }),
    ...(email && { email: { require_verification: true } }),
    ...(phone && { phone: { require_verification: true } }),
  }))

const submission = fc.record({ options, provided_details: fc.constantFrom(null, { email: 'a@example.com' }) })

const outcomes = (given: Submission) => choicesOf(simulator.page.form(given))
const verdict = (given: Submission, outcome: string) => simulator.page.submit(given, outcome).verdict

describe('the simulator', () => {
  test('makes a report with a section for every check that is on, and no other', () => {
    const sections = (asked: SessionOptions) =>
      Object.keys(verdict({ options: asked, provided_details: null }, 'verified').checks ?? {})
    expect(sections({ document: DOCUMENT })).toEqual(['document'])
    expect(sections({ document: { ...DOCUMENT, require_matching_selfie: true } })).toEqual(['document', 'selfie'])
    expect(sections({ document: { ...DOCUMENT, require_id_number: true } })).toEqual(['document', 'id_number'])
    expect(sections({ id_number: {}, phone: { require_verification: true } })).toEqual(['id_number', 'phone'])
    expect(sections({ id_number: {}, email: { require_verification: false } })).toEqual(['id_number'])
  })

  test('can end in verified, in giving up, and in a failure of each check that is on', () => {
    expect(outcomes({ options: { id_number: {} }, provided_details: null })).toEqual([
      'verified',
      'abandoned',
      'consent_declined',
      'country_not_supported',
      'device_not_supported',
      'under_supported_age',
      'id_number_insufficient_document_data',
      'id_number_mismatch',
      'id_number_unverified_other',
    ])
    const all: SessionOptions = {
      document: { ...DOCUMENT, require_id_number: true, require_matching_selfie: true },
      email: { require_verification: true },
      phone: { require_verification: true },
    }
    expect(outcomes({ options: all, provided_details: null })).toEqual(['verified', ...SESSION_ERROR_CODES])
  })

  test('says the same of a session in its status, its error and its report, for every outcome there can be', () => {
    fc.assert(
      fc.property(submission, (given) => {
        for (const outcome of outcomes(given)) {
          const said = verdict(given, outcome)
          const sections = Object.values(said.checks ?? {})
          const failed = sections.filter(({ status }) => status === 'unverified')
          if (said.status === 'verified') {
            expect(outcome).toBe('verified')
            expect(failed).toEqual([])
          } else {
            expect(said.error?.code).toBe(outcome)
            expect(failed.map(({ error }) => error?.code)).toEqual(said.checks ? [outcome] : [])
          }
        }
      }),
    )
  })

  test('tells nothing of the person by a check that failed', () => {
    const { checks } = verdict({ options: { document: DOCUMENT }, provided_details: null }, 'document_expired')
    const { status, error, ...told } = checks?.document ?? {}
    expect(new Set(Object.values(told))).toEqual(new Set([null]))
  })

  test('verifies the address and the number that were given beforehand', () => {
    const given = {
      options: { id_number: {}, email: { require_verification: true } },
      provided_details: { email: 'a@example.com', phone: '+12025550199' },
    }
    const said = verdict(given, 'verified')
    expect(said.checks?.email?.email).toBe('a@example.com')
    expect(said).toMatchObject({ outputs: { email: 'a@example.com', phone: null } })
  })

  test('serves the test mode only', () => {
    expect([simulator.serves(false), simulator.serves(true)]).toEqual([true, false])
  })
})
