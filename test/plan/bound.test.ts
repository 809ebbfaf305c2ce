import fc from 'fast-check'
import pc from 'picocolors'
import { describe, expect, test } from 'vitest'
import { editsLeft } from '../../src/model/bound/edits-left.js'
import { DOCUMENT_TYPES, type FlowBody, normalise } from '../../src/model/flow.js'
import { planText } from '../../src/render/plan/text.js'
import { sessionOptions } from '../../src/service/operations/flows/session-options.js'
import { desired, observed, planOf, state } from '../helpers/builders.js'

const AT_STRIPE = 'vf_1PgafBB7WZ01zgkW'
const SEEN = { stripe_flow: AT_STRIPE, session: 'vs_1', created: 1_790_000_000 }

const aBody = fc
  .record({
    isOfDocument: fc.boolean(),
    document: fc.record({
      allowed_types: fc.subarray([...DOCUMENT_TYPES], { minLength: 1 }),
      require_id_number: fc.boolean(),
      require_live_capture: fc.boolean(),
      require_matching_selfie: fc.boolean(),
    }),
    email: fc.record({ require_verification: fc.boolean() }),
    phone: fc.record({ require_verification: fc.boolean() }),
    matching: fc.record({ name: fc.constantFrom('none', 'similar'), dob: fc.constantFrom('none', 'similar') }),
  })
  .map(
    ({ isOfDocument, document, ...options }): FlowBody =>
      isOfDocument
        ? { name: 'A', type: 'document', options: { document, ...options } as NonNullable<FlowBody['options']> }
        : { name: 'A', type: 'id_number', options: options as NonNullable<FlowBody['options']> },
  )
  .map(normalise)

describe('a flow at Stripe to which another flow is bound', () => {
  const bound = { stripe_flow: AT_STRIPE }
  const taken = (wanted: readonly string[], flows: Parameters<typeof state>, only?: readonly string[]) =>
    planOf(
      wanted.map((key) => desired(key, bound)),
      state(...flows),
      { only },
    ).conflicts.map(({ code, key, message }) => [code, key, message])
  const because = (key: string, manager: string) => [
    ['STRIPE_FLOW_TAKEN', 'a', `"a" is bound to ${AT_STRIPE}, and so is the flow "${key}", ${manager}`],
  ]

  test('is refused where it is planned, whoever manages the other', () => {
    const unmanaged = observed('b', bound, { project: null })
    expect(taken(['a'], [unmanaged])).toEqual(because('b', 'which no project manages'))
    expect(taken(['a'], [observed('a'), observed('b', bound, { project: 'other' })])).toEqual(
      because('b', 'of project "other"'),
    )
  })

  test('is free once the same plan archives the other, or binds it elsewhere, or it was archived before', () => {
    expect(taken(['a'], [observed('b', bound)])).toEqual([])
    expect(taken(['a'], [observed('b', bound)], ['a'])).toEqual(because('b', 'of project "acme-kyc"'))
    expect(taken(['a'], [observed('b', bound, { status: 'archived', project: null })])).toEqual([])
    expect(taken(['a'], [observed('a', bound)])).toEqual([])
    const swapped = [desired('a', bound), desired('b', { stripe_flow: 'vf_1Another' })]
    expect(planOf(swapped, state(observed('b', bound))).conflicts).toEqual([])
  })
})

describe('what a session shows of a flow at Stripe', () => {
  test('leaves no edits if that flow checks what the definition says', () => {
    fc.assert(fc.property(aBody, (config) => editsLeft(config, { options: sessionOptions(config) }).length === 0))
  })

  test('names every field in which it does not, and no other', () => {
    fc.assert(
      fc.property(aBody, aBody, (there, here) => {
        fc.pre(there.type === here.type)
        const leaves = (config: typeof here) =>
          new Map(
            Object.entries(config.options).flatMap(([group, members]) =>
              Object.entries(members ?? {}).map(([name, value]) => [`/options/${group}/${name}`, String(value)]),
            ),
          )
        const [was, is] = [leaves(there), leaves(here)]
        const differ = [...is].filter(([path, value]) => was.get(path) !== value).map(([path]) => path)
        const found = editsLeft(here, { options: sessionOptions(there) }).map(({ path }) => path)
        expect(found.toSorted()).toEqual(differ.toSorted())
      }),
    )
  })

  test('is not taken for the same if it has a check that is new at Stripe', () => {
    const flow = desired('a', { stripe_flow: AT_STRIPE })
    const sighting = { ...SEEN, options: { document: {}, liveness: { level: 2 }, watchlist: {} } }
    const verifier = { name: 'stripe', checks: ['document'], has_flows: true }
    const plan = planOf([flow], {
      ...state(observed('a', { stripe_flow: AT_STRIPE }, { sighting })),
      verifier,
    })
    // Somebody has to edit it there.
    expect(planText(plan, pc.createColors(false))).toContain('No flow to change: 1 flow matches its definition.')
    expect(plan.bound).toMatchObject([
      {
        status: 'drifted',
        fields: [
          { path: '/options/liveness/level', observed: '2', defined: null },
          { path: '/options/watchlist', observed: true, defined: null },
        ],
      },
    ])
  })
})
