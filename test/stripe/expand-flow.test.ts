import fc from 'fast-check'
import type Stripe from 'stripe'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { expandFlow, FlowNotExpressible } from '../../src/index.js'
import { expandOptions } from '../../src/stripe/expand-flow.js'
import { withOurMetadata, withoutOurMetadata } from '../../src/stripe/metadata.js'

describe('a flow as parameters of a session at Stripe', () => {
  test('fits the type of the official client', () => {
    expectTypeOf<ReturnType<typeof expandFlow>>().toExtend<Stripe.Identity.VerificationSessionCreateParams>()
  })

  test('says what the flow sets, and leaves defaults to Stripe', () => {
    const params = expandFlow({
      name: 'High value',
      type: 'document',
      options: { document: { allowed_types: ['passport'], require_matching_selfie: true, require_id_number: false } },
      return_url: 'https://example.com/done',
      metadata: { team: 'risk' },
    })
    expect(params).toEqual({
      type: 'document',
      options: { document: { allowed_types: ['passport'], require_matching_selfie: true } },
      return_url: 'https://example.com/done',
    })
    expect(expandFlow({ name: 'Tax number', type: 'id_number' })).toEqual({ type: 'id_number' })
  })

  test('names the flow at Stripe that it is bound to, whose checks all work; of a definition that of a mode', () => {
    const flow = { name: 'A', type: 'document', options: { phone: { require_verification: true } } } as const
    const bound = { ...flow, return_url: 'https://example.com/done', stripe_flow: 'vf_1' }
    const around = { return_url: 'https://example.com/done', metadata: { flows_flow: 'a' } }
    expect(expandFlow(bound, { flow: 'a' })).toEqual({ verification_flow: 'vf_1', ...around })
    const defined = { ...bound, stripe_flow: { live: 'vf_2' } }
    expect(expandFlow(defined, { flow: 'a', mode: 'live' })).toEqual({ verification_flow: 'vf_2', ...around })
    expect(() => expandFlow(defined, { mode: 'test' })).toThrow(FlowNotExpressible)
    expect(() => expandFlow(defined)).toThrow('say the mode that is meant')
  })

  test('names the flow in the metadata of the session', () => {
    const { metadata } = expandFlow(
      { name: 'Tax number', type: 'id_number' },
      { flow: 'tax', version: 3, session: 'vs_1' },
    )
    expect(metadata).toEqual({ flows_flow: 'tax', flows_version: '3', flows_session: 'vs_1' })
  })

  test('is refused for what the public API cannot express, all at once, by name and place', () => {
    const refused = () =>
      expandFlow({
        name: 'All',
        type: 'document',
        options: {
          email: { require_verification: true },
          phone: { require_verification: true },
          matching: { name: 'similar', dob: 'similar' },
        },
      })
    expect(refused).toThrow(FlowNotExpressible)
    expect(refused).toThrow(
      "Stripe's public API has no parameter for options.email.require_verification, options.phone.require_verification, options.matching.name, options.matching.dob",
    )
  })

  test('has the checks of a session without a flow as they were given', () => {
    expect(expandOptions({ document: { require_live_capture: false } })).toEqual({
      type: 'document',
      options: { document: { require_live_capture: false } },
    })
    expect(expandOptions({ document: {} })).toEqual({ type: 'document' })
    expect(expandOptions({ id_number: {} })).toEqual({ type: 'id_number' })
  })
})

describe('metadata of a session at Stripe', () => {
  const metadata = fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), fc.string({ maxLength: 9 }), { maxKeys: 50 })

  test('has every pair of the caller, as much of ours as there is room for, and never more than Stripe takes', () => {
    fc.assert(
      fc.property(metadata, (given) => {
        const all = withOurMetadata(given, { session: 'vs_1', flow: 'high', version: 2 })
        expect(withoutOurMetadata(all)).toEqual(given)
        expect(Object.keys(all)).toHaveLength(Math.min(50, Object.keys(given).length + 3))
      }),
    )
  })

  test('leaves our id of the session out last, and lets no caller set it', () => {
    const pairs = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, 'v']))
    expect(withOurMetadata(pairs(49), { session: 'vs_1', flow: 'high' })).toEqual({
      ...pairs(49),
      flows_session: 'vs_1',
    })
    expect(withOurMetadata({ flows_session: 'theirs' }, { session: 'vs_1' })).toEqual({ flows_session: 'vs_1' })
  })
})
