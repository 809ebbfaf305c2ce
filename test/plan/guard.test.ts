import { describe, expect, test } from 'vitest'
import type { Guards } from '../../src/model/schema-types.js'
import type { Allowance } from '../../src/plan/allowance.js'
import { approvalRefusal, needsApprovals, refusalOf } from '../../src/plan/refusal.js'
import { desired, observed, planOf, state } from '../helpers/builders.js'

const selfie = { options: { document: { require_matching_selfie: true } } }

function guardsOf(
  plan: { wanted?: Parameters<typeof planOf>[0]; flows?: Parameters<typeof state> },
  guards: Guards,
  allow: readonly Allowance[] = [],
): Record<string, string> {
  const { guards: results } = planOf(plan.wanted ?? [], state(...(plan.flows ?? [])), { guards, allow })
  return Object.fromEntries(results.map(({ guard, status }) => [guard, status]))
}

const weakening = { wanted: [desired('a')], flows: [observed('a', selfie)] }
const archiving = { flows: [observed('a')] }
const exposing = { wanted: [desired('a', { static_link: { active: true } })], flows: [observed('a')] }

describe('guards', () => {
  test.each([
    ['weaken', weakening],
    ['archive', archiving],
    ['expose_link', exposing],
  ] as const)('%s: allow says nothing, warn goes on, block refuses; left out it warns', (name, plan) => {
    expect(guardsOf(plan, { [name]: 'allow' })).toEqual({})
    expect(guardsOf(plan, { [name]: 'warn' })).toEqual({ [name]: 'warned' })
    expect(guardsOf(plan, { [name]: 'block' })).toEqual({ [name]: 'blocked' })
    expect(guardsOf(plan, {})).toEqual({ [name]: 'warned' })
  })

  test.each([
    ['weaken', weakening],
    ['archive', archiving],
    ['expose_link', exposing],
  ] as const)('%s is lifted by name, for every flow or for one', (name, plan) => {
    expect(guardsOf(plan, { [name]: 'block' }, [{ guard: name }])).toEqual({ [name]: 'lifted' })
    expect(guardsOf(plan, { [name]: 'block' }, [{ guard: name, key: 'a' }])).toEqual({ [name]: 'lifted' })
    expect(guardsOf(plan, { [name]: 'block' }, [{ guard: name, key: 'other' }])).toEqual({ [name]: 'blocked' })
    expect(guardsOf(plan, { [name]: 'block' }, [{ guard: 'max_change_share' }])).toEqual({ [name]: 'blocked' })
  })

  test.each([
    ['weaken', weakening],
    ['archive', archiving],
    ['expose_link', exposing],
  ] as const)('%s that asks for approvals neither blocks nor is lifted: people must approve', (name, plan) => {
    for (const level of ['allow', 'warn', 'block'] as const) {
      for (const allow of [[], [{ guard: name }]]) {
        const made = planOf(
          plan === archiving ? [] : [desired('a', plan === exposing ? { static_link: { active: true } } : {})],
          state(...plan.flows),
          {
            guards: { [name]: level },
            approvals: { [name]: 2 },
            allow,
          },
        )
        expect(made.guards).toMatchObject([{ guard: name, status: 'warned', keys: ['a'], approvals: 2 }])
        expect(made.guards[0]?.message).toMatch(/; 2 people must have approved the commit$/)
        expect(refusalOf(made)).toBeNull()
        expect(needsApprovals(made)).toBe(true)
        const by = (...people: string[]) => approvalRefusal(made, { commit: 'c'.repeat(40), people })
        expect(by('adam', 'zoe')).toBeNull()
        expect(by('adam')).toMatchObject({
          reason: 'blocked',
          messages: [expect.stringMatching(/\(c{12}\): 1 of 2 did \(adam\)$/)],
          allowances: [],
        })
        expect(by()?.messages[0]).toMatch(/: nobody has$/)
      }
    }
  })

  test('protection and a share of all flows can ask for approvals too; what no guard is about needs none', () => {
    const flows = Array.from({ length: 12 }, (_, n) => observed(`f${n}`, { protected: true }))
    const options = { guards: { max_change_share: 0.1 }, approvals: { protected: 2, max_change_share: 1 } }
    const { guards } = planOf([], state(...flows), options)
    expect(guards.map(({ guard, status, approvals }) => [guard, status, approvals])).toEqual([
      ['archive', 'warned', undefined],
      ['protected', 'warned', 2],
      ['max_change_share', 'warned', 1],
    ])
    const made = planOf([desired('new')], state(), options)
    expect([made.guards, needsApprovals(made)]).toEqual([[], false])
  })

  test('a lifted flow does not lift its neighbour', () => {
    const plan = planOf([], state(observed('a'), observed('b')), {
      guards: { archive: 'block' },
      allow: [{ guard: 'archive', key: 'a' }],
    })
    expect(plan.guards).toMatchObject([
      { guard: 'archive', status: 'blocked', keys: ['b'] },
      { guard: 'archive', status: 'lifted', keys: ['a'] },
    ])
  })

  test('a protected flow cannot be archived, weakened or unprotected, whatever the configuration allows', () => {
    const guards: Guards = { weaken: 'allow', archive: 'allow' }
    const held = observed('a', { ...selfie, protected: true })
    expect(guardsOf({ flows: [held] }, guards)).toEqual({ protected: 'blocked' })
    expect(guardsOf({ wanted: [desired('a', { protected: true })], flows: [held] }, guards)).toEqual({
      protected: 'blocked',
    })
    expect(guardsOf({ wanted: [desired('a', selfie)], flows: [held] }, guards)).toEqual({ protected: 'blocked' })
  })

  test('a protected flow can be strengthened and renamed', () => {
    const held = observed('a', { protected: true })
    const wanted = [desired('b', { ...selfie, protected: true }, 'a')]
    expect(guardsOf({ wanted, flows: [held] }, {})).toEqual({})
  })

  test('protection is overridden by the name of the flow only', () => {
    const plan = { flows: [observed('a', { protected: true })] }
    const guards: Guards = { archive: 'allow' }
    expect(guardsOf(plan, guards, [{ guard: 'protected', key: 'a' }])).toEqual({ protected: 'lifted' })
    expect(guardsOf(plan, guards, [{ guard: 'protected' }])).toEqual({ protected: 'blocked' })
    expect(guardsOf(plan, guards, [{ guard: 'archive' }])).toEqual({ protected: 'blocked' })
  })

  test('max_change_share states its figures', () => {
    const keys = Array.from({ length: 30 }, (_, index) => `flow-${index + 10}`)
    const flows = keys.map((key) => observed(key))
    const wanted = keys.map((key, index) => desired(key, index < 12 ? { name: 'Changed' } : {}))
    const { guards } = planOf(wanted, state(...flows), { guards: { max_change_share: 0.3 } })
    expect(guards).toEqual([
      {
        guard: 'max_change_share',
        status: 'blocked',
        keys: [],
        message: 'would change 12 of 30 flows (40 %); the limit is 30 %',
      },
    ])
  })

  test('max_change_share counts exactly at its limit, not for few flows, and not for new ones', () => {
    const keys = Array.from({ length: 10 }, (_, index) => `flow-${index}`)
    const flows = keys.map((key) => observed(key))
    const changing = (count: number) => keys.map((key, index) => desired(key, index < count ? { name: 'Changed' } : {}))
    const guards: Guards = { max_change_share: 0.3 }
    expect(guardsOf({ wanted: changing(3), flows }, guards)).toEqual({})
    expect(guardsOf({ wanted: changing(4), flows }, guards)).toEqual({ max_change_share: 'blocked' })
    expect(guardsOf({ wanted: changing(4), flows }, guards, [{ guard: 'max_change_share' }])).toEqual({
      max_change_share: 'lifted',
    })
    expect(guardsOf({ wanted: changing(4).slice(0, 9), flows: flows.slice(0, 9) }, guards)).toEqual({})
    const more = Array.from({ length: 50 }, (_, index) => desired(`new-${index}`))
    expect(guardsOf({ wanted: [...changing(0), ...more], flows }, guards)).toEqual({})
  })

  test('max_change_share counts an adopted flow that is in use and becomes another one, and no other that is adopted or restored', () => {
    const keys = Array.from({ length: 10 }, (_, index) => `flow-${index}`)
    const guards: Guards = { max_change_share: 0.3 }
    const some = (count: number, more: Parameters<typeof observed>[2], config = {}) => ({
      wanted: keys.map((key, index) => desired(key, index < count ? config : {})),
      flows: keys.map((key, index) => observed(key, {}, index < count ? more : {})),
    })
    const unmanaged = { project: null, applied: null }
    const changed = { name: 'Changed' }
    expect(guardsOf(some(4, unmanaged, changed), guards)).toEqual({ max_change_share: 'blocked' })
    expect(guardsOf(some(3, unmanaged, changed), guards)).toEqual({})
    expect(guardsOf(some(10, unmanaged, changed), guards)).toEqual({ max_change_share: 'blocked' })
    expect(guardsOf(some(10, unmanaged), guards)).toEqual({})
    expect(guardsOf(some(10, { ...unmanaged, status: 'archived' }, changed), guards)).toEqual({})
    expect(guardsOf(some(10, { status: 'archived' }, changed), guards)).toEqual({})
  })

  test('max_change_share is of the flows that were there: adopting others as they are hides no change', () => {
    const keys = Array.from({ length: 10 }, (_, index) => `flow-${index}`)
    const others = Array.from({ length: 50 }, (_, index) => `other-${index}`)
    const wanted = [
      ...keys.map((key, index) => desired(key, index < 4 ? { name: 'Changed' } : {})),
      ...others.map((key) => desired(key)),
    ]
    const flows = [
      ...keys.map((key) => observed(key)),
      ...others.map((key) => observed(key, {}, { project: null, applied: null })),
    ]
    expect(guardsOf({ wanted, flows }, { max_change_share: 0.3 })).toEqual({ max_change_share: 'blocked' })
  })

  test('max_change_share has levels as the others do, and its own fewest flows', () => {
    const keys = Array.from({ length: 4 }, (_, index) => `flow-${index}`)
    const flows = keys.map((key) => observed(key))
    const plan = { wanted: keys.map((key) => desired(key, { name: 'Changed' })), flows }
    const lift = [{ guard: 'max_change_share' }] as const
    const share = (level: 'allow' | 'warn' | 'block' | undefined, fewest = 4): Guards => ({
      max_change_share: { limit: 0.3, min_flows: fewest, ...(level && { level }) },
    })
    expect(guardsOf(plan, share('allow'))).toEqual({})
    expect(guardsOf(plan, share('warn'))).toEqual({ max_change_share: 'warned' })
    expect(guardsOf(plan, share('warn'), lift)).toEqual({ max_change_share: 'warned' })
    expect(guardsOf(plan, share('block'))).toEqual({ max_change_share: 'blocked' })
    expect(guardsOf(plan, share('block'), lift)).toEqual({ max_change_share: 'lifted' })
    expect(guardsOf(plan, share(undefined))).toEqual({ max_change_share: 'blocked' })
    expect(guardsOf(plan, share('block', 5))).toEqual({})
    expect(guardsOf(plan, { max_change_share: { limit: 0.3 } })).toEqual({})
  })

  test.each([
    ['weaken', weakening],
    ['archive', archiving],
    ['expose_link', exposing],
  ] as const)('%s is not lifted where it only warns or says nothing', (name, plan) => {
    expect(guardsOf(plan, { [name]: 'warn' }, [{ guard: name }])).toEqual({ [name]: 'warned' })
    expect(guardsOf(plan, { [name]: 'allow' }, [{ guard: name }])).toEqual({})
  })

  test('a refusal names what would lift it, flow by flow, and which flows could go on without', () => {
    const flows = state(observed('a', selfie), observed('b', { protected: true }), observed('c'), observed('d'))
    const wanted = [desired('a'), desired('c', { name: 'New' }), desired('e')]
    const refusal = refusalOf(planOf(wanted, flows, { guards: { weaken: 'block', archive: 'block' } }))
    expect(refusal).toMatchObject({
      reason: 'blocked',
      allowances: ['weaken=a', 'archive=b', 'archive=d', 'protected=b'],
      others: ['c', 'e'],
    })
  })

  test.each([
    [100, 29, 0.29],
    [100, 57, 0.57],
    [50, 29, 0.58],
  ])('of %i flows %i changed are exactly %d', (count, changed, limit) => {
    const keys = Array.from({ length: count }, (_, index) => `flow-${index}`)
    const wanted = keys.map((key, index) => desired(key, index < changed ? { name: 'Changed' } : {}))
    expect(guardsOf({ wanted, flows: keys.map((key) => observed(key)) }, { max_change_share: limit })).toEqual({})
  })

  test('adopting an archived flow with an open link exposes the link', () => {
    const link = { static_link: { active: true } }
    const hidden = observed('a', link, { status: 'archived', project: null, applied: null })
    const guards: Guards = { expose_link: 'block' }
    expect(guardsOf({ wanted: [desired('a', link)], flows: [hidden] }, guards)).toEqual({ expose_link: 'blocked' })
  })

  test('messages carry reasons and usage', () => {
    const flow = observed('a', selfie, { sessions_last_30_days: 212 })
    const { guards } = planOf([desired('a')], state(flow), { guards: { weaken: 'block' } })
    expect(guards[0]?.message).toBe(
      'would weaken 1 flow: a (selfie check switched off; 212 sessions in the last 30 days)',
    )
  })
})
