import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ObservedState } from '../../src/model/state.js'
import { differences, planApproved } from '../../src/plan/approved.js'
import { afterApply } from '../helpers/after-apply.js'
import { desiredFlows, observedState } from '../helpers/arbitraries.js'
import { aConfig, desired, observed, planOf, state } from '../helpers/builders.js'
import { runs } from '../helpers/runs.js'

const RUNS = runs(200)

/** "key: approved action -> action today" for each flow that differs. */
function differing(approved: ReturnType<typeof planOf>, now: ObservedState): string[] {
  return differences(approved, planApproved(approved, now)).map(
    ({ key, approved: was, today: is, conflict }) =>
      `${key}: ${was?.action ?? 'nothing'} -> ${is?.action ?? (conflict === null ? 'nothing' : 'conflict')}`,
  )
}

describe('a reviewed plan', () => {
  test('on the flows as they were is the plan of its definitions, whatever was desired and observed', () => {
    fc.assert(
      fc.property(desiredFlows, observedState, (wanted, flows) => {
        const approved = planOf(wanted, flows)
        fc.pre(approved.conflicts.length === 0)
        const again = planApproved(approved, flows)
        expect(again.digest).toBe(approved.digest)
        expect(again.changes.map(({ assurance, drift, fields }) => [assurance, drift, fields])).toEqual(
          approved.changes.map(({ assurance, drift, fields }) => [assurance, drift, fields]),
        )
        expect(again.guards).toEqual(approved.guards)
        expect(differences(approved, again)).toEqual([])
      }),
      RUNS,
    )
  })

  test('goes on when only its bases moved: versions and deployments that change none of its differences', () => {
    fc.assert(
      fc.property(desiredFlows, observedState, (wanted, flows) => {
        const approved = planOf(wanted, flows)
        fc.pre(approved.conflicts.length === 0)
        const moved = {
          ...flows,
          last_deployment: 'vfd_later',
          flows: flows.flows.map((flow) => ({ ...flow, version: flow.version + 2, sessions_last_30_days: 7 })),
        }
        expect(differing(approved, moved)).toEqual([])
        expect(planApproved(approved, moved).changes.map(({ base_version: base }) => base)).toEqual(
          approved.changes.map(({ base_version: base }) => (base === null ? null : base + 2)),
        )
      }),
      RUNS,
    )
  })

  test('does nothing to flows that it does not name, whatever became of them', () => {
    fc.assert(
      fc.property(desiredFlows, desiredFlows, observedState, (wanted, others, flows) => {
        const approved = planOf(wanted, flows)
        fc.pre(approved.conflicts.length === 0)
        const elsewhere = planOf(others, flows)
        fc.pre(elsewhere.conflicts.length === 0)
        const now = afterApply(elsewhere, flows)
        const named = new Set(approved.changes.flatMap(({ key, id }) => [key, id]))
        for (const { key, id } of planApproved(approved, now).changes)
          expect(named.has(key) || named.has(id)).toBe(true)
      }),
      RUNS,
    )
  })

  test('that was applied differs in every flow', () => {
    fc.assert(
      fc.property(desiredFlows, observedState, (wanted, flows) => {
        const approved = planOf(wanted, flows)
        fc.pre(approved.conflicts.length === 0)
        const now = afterApply(approved, flows)
        expect(differing(approved, now).length).toBe(approved.changes.length)
      }),
      RUNS,
    )
  })

  test.each([
    [
      'somebody edited the same field',
      planOf([desired('a', { name: 'New' })], state(observed('a'))),
      state(observed('a', { name: 'Edited' })),
      ['a: update -> update'],
    ],
    [
      'somebody edited another field, which it would take back',
      planOf([desired('a', { name: 'New' })], state(observed('a'))),
      state(observed('a', { description: 'Edited' })),
      ['a: update -> update'],
    ],
    [
      'somebody did the same by hand',
      planOf([desired('a', { name: 'New' })], state(observed('a'))),
      state(observed('a', { name: 'New' })),
      ['a: update -> nothing'],
    ],
    [
      'the flow to be created is there by now',
      planOf([desired('a')], state()),
      state(observed('a')),
      ['a: create -> nothing'],
    ],
    [
      'the flow to be archived was archived',
      planOf([], state(observed('a'))),
      state(observed('a', {}, { status: 'archived' })),
      ['a: archive -> nothing'],
    ],
    [
      'the flow was archived meanwhile',
      planOf([desired('a', { name: 'New' })], state(observed('a'))),
      state(observed('a', {}, { status: 'archived' })),
      ['a: update -> restore'],
    ],
    [
      'another flow has its key by now',
      planOf([desired('a', { name: 'New' })], state(observed('a'))),
      state(observed('a', {}, { id: 'vf_other' })),
      ['a: update -> update'],
    ],
    [
      'another project took it over',
      planOf([desired('a', { name: 'New' })], state(observed('a'))),
      state(observed('a', {}, { project: 'other' })),
      ['a: update -> conflict'],
    ],
    [
      'the new key of a rename was taken',
      planOf([desired('b', {}, 'a')], state(observed('a'))),
      state(observed('a'), observed('b')),
      ['b: rename -> conflict'],
    ],
  ])('differs where %s', (_, approved, now, expected) => {
    expect(differing(approved, now)).toEqual(expected)
  })

  test('goes on beside changes of other flows, of which it says nothing', () => {
    const approved = planOf([desired('a', { name: 'New' }), desired('b')], state(observed('a'), observed('b')))
    const now = state(observed('a'), observed('b', { name: 'Edited' }), observed('c'))
    expect(differing(approved, now)).toEqual([])
    expect(planApproved(approved, now).summary).toMatchObject({ update: 1, archive: 0, noop: 2 })
  })

  test('is judged by the guards as they are now, with the figures of today', () => {
    const approved = planOf([], state(observed('a')), { guards: { archive: 'allow' } })
    const now = state(observed('a', {}, { sessions_last_30_days: 12 }))
    expect(planApproved(approved, now, { guards: { archive: 'block' } }).guards).toMatchObject([
      { status: 'blocked', message: 'would archive 1 flow: a (12 sessions in the last 30 days)' },
    ])
  })

  test('does not mind keys that were exchanged of flows that it does not touch', () => {
    const approved = planOf(
      [desired('a'), desired('b'), desired('c', { name: 'New' })],
      state(observed('a'), observed('b'), observed('c')),
    )
    const exchanged = [
      observed('b', {}, { id: 'vf_a', applied_key: 'a' }),
      observed('a', {}, { id: 'vf_b', applied_key: 'b' }),
    ]
    expect(differing(approved, state(...exchanged, observed('c')))).toEqual([])
    const touched = planOf([desired('a', { name: 'New' }), desired('b')], state(observed('a'), observed('b')))
    expect(differing(touched, state(...exchanged))[0]).toBe('a: update -> update')
  })

  test('records the edits that were accepted when it was reviewed, and no others', () => {
    const edited = (key: string, version: number) => observed(key, { name: 'Edited' }, { applied: aConfig(), version })
    const wanted = [desired('a', { name: 'Edited' }), desired('b', { name: 'Edited' }), desired('c')]
    const approved = planOf(wanted, state(edited('a', 2), edited('b', 2), observed('c')))
    expect(approved.accepted?.map(({ key }) => key)).toEqual(['a', 'b'])
    const today = planApproved(approved, state(edited('a', 2), edited('b', 3), edited('c', 2)))
    expect(today.accepted?.map(({ key }) => key)).toEqual(['a'])
  })
})
