import { describe, expect, test } from 'vitest'
import type { FlowBody } from '../../src/model/flow.js'
import { assess } from '../../src/plan/assurance.js'
import { aConfig } from '../helpers/builders.js'

function change(before: Partial<FlowBody>, after: Partial<FlowBody>) {
  return assess({
    action: 'update',
    before: aConfig(before),
    after: aConfig(after),
    wasActive: true,
    previousKey: null,
    sessions: 0,
  })
}

const document = (options: NonNullable<NonNullable<FlowBody['options']>['document']>) => ({
  options: { document: options },
})

describe('assurance', () => {
  test.each([
    ['selfie', document({ require_matching_selfie: true }), '/options/document/require_matching_selfie'],
    ['live capture', document({ require_live_capture: true }), '/options/document/require_live_capture'],
    ['ID number', document({ require_id_number: true }), '/options/document/require_id_number'],
    ['email', { options: { email: { require_verification: true } } }, '/options/email/require_verification'],
    ['phone', { options: { phone: { require_verification: true } } }, '/options/phone/require_verification'],
    ['name matching', { options: { matching: { name: 'similar' } } }, '/options/matching/name'],
    ['birth date matching', { options: { matching: { dob: 'similar' } } }, '/options/matching/dob'],
    ['fewer documents', document({ allowed_types: ['passport'] }), '/options/document/allowed_types'],
  ] as [string, Partial<FlowBody>, string][])('%s switched on strengthens, switched off weakens', (_, body, path) => {
    expect(change({}, body)).toMatchObject({ effect: 'strengthens', reasons: [{ effect: 'strengthens', path }] })
    expect(change(body, {})).toMatchObject({ effect: 'weakens', reasons: [{ effect: 'weakens', path }] })
  })

  test('another flow at Stripe that makes the checks, or none, weakens: nobody knows here what the other one checks', () => {
    const [one, other] = [{ stripe_flow: 'vf_1' }, { stripe_flow: 'vf_2' }]
    for (const [before, after] of [
      [{}, one],
      [one, other],
      [one, {}],
    ] as const) {
      expect(change(before, after)).toMatchObject({ effect: 'weakens', reasons: [{ path: '/stripe_flow' }] })
    }
    expect(change(one, one).effect).toBe('neutral')
  })

  test('one document type for another is mixed', () => {
    const { effect, reasons } = change(
      document({ allowed_types: ['passport'] }),
      document({ allowed_types: ['id_card'] }),
    )
    expect(effect).toBe('mixed')
    expect(reasons.map(({ message }) => message)).toEqual(['also accepts id_card', 'no longer accepts passport'])
  })

  test('another type of verification is mixed', () => {
    expect(change({ type: 'document' }, { type: 'id_number' }).effect).toBe('mixed')
  })

  test('a selfie for an email address is mixed: no attempt is made to weigh them', () => {
    const email = { options: { email: { require_verification: true } } }
    expect(change(document({ require_matching_selfie: true }), email).effect).toBe('mixed')
  })

  test('name, description, return URL, metadata and the order of documents are neutral', () => {
    const body: Partial<FlowBody> = {
      name: 'Other',
      description: 'Other',
      return_url: 'https://example.com/other',
      metadata: { team: 'other' },
      ...document({ allowed_types: ['passport', 'id_card', 'driving_license', 'passport'] }),
    }
    expect(change({}, body)).toMatchObject({ effect: 'neutral', exposes_link: false, reasons: [] })
  })

  test('a static link switched on exposes; new and restored flows with an active link expose too', () => {
    const active = { static_link: { active: true } }
    expect(change({}, active)).toMatchObject({ effect: 'neutral', exposes_link: true })
    expect(change(active, {})).toMatchObject({ exposes_link: false, reasons: [{ effect: 'conceals' }] })
    const about = { before: aConfig(active), after: aConfig(active), wasActive: false, previousKey: null, sessions: 0 }
    expect(assess({ ...about, action: 'create', before: null }).exposes_link).toBe(true)
    expect(assess({ ...about, action: 'restore' }).exposes_link).toBe(true)
    expect(assess({ ...about, action: 'adopt' }).exposes_link).toBe(true)
    expect(assess({ ...about, action: 'adopt', wasActive: true }).exposes_link).toBe(false)
  })

  test('an archive breaks callers only where there were sessions lately; so does a new key', () => {
    const archive = { action: 'archive', before: aConfig(), after: null, wasActive: true, previousKey: null } as const
    expect(assess({ ...archive, sessions: 0 }).breaks_callers).toBe(false)
    expect(assess({ ...archive, sessions: 3 }).breaks_callers).toBe(true)
    const rename = {
      action: 'rename',
      before: aConfig(),
      after: aConfig(),
      wasActive: true,
      previousKey: 'old',
    } as const
    expect(assess({ ...rename, sessions: 0 }).breaks_callers).toBe(false)
    expect(assess({ ...rename, sessions: 3 }).breaks_callers).toBe(true)
  })
})
