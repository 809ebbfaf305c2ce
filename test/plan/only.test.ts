import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { afterApply } from '../helpers/after-apply.js'
import { desiredFlows, KEYS, observedState } from '../helpers/arbitraries.js'
import { actions, desired, observed, planOf, state } from '../helpers/builders.js'
import { runs } from '../helpers/runs.js'

describe('a plan that is limited to some flows', () => {
  const wanted = [desired('a', { name: 'New' }), desired('b', {}, 'old'), desired('c')]
  const flows = state(observed('a'), observed('old'), observed('gone'))

  test('has their changes, and counts the others', () => {
    const plan = planOf(wanted, flows, { only: ['c', 'a'] })
    expect(actions(plan)).toEqual(['update a', 'create c'])
    expect(plan).toMatchObject({ only: ['a', 'c'], left_out: 2, summary: { update: 1, create: 1, rename: 0, noop: 0 } })
    expect(planOf(wanted, flows)).not.toHaveProperty('only')
  })

  test('names a flow by its key now or after the change', () => {
    expect(actions(planOf(wanted, flows, { only: ['old'] }))).toEqual(['rename old -> b'])
    expect(actions(planOf(wanted, flows, { only: ['b'] }))).toEqual(['rename old -> b'])
    expect(actions(planOf(wanted, flows, { only: ['gone'] }))).toEqual(['archive gone'])
  })

  test('is judged by what is left: guards, conflicts and digest', () => {
    const mixed = [desired('a', { name: 'New' }), desired('theirs')]
    const around = state(observed('a'), observed('theirs', {}, { project: 'other' }), observed('gone'))
    const guards = { archive: 'block' } as const
    expect(planOf(mixed, around, { guards })).toMatchObject({ guards: [{ status: 'blocked' }], conflicts: [{}] })
    const plan = planOf(mixed, around, { guards, only: ['a'] })
    expect(plan).toMatchObject({ guards: [], conflicts: [], left_out: 2 })
    expect(plan.digest).not.toBe(planOf(mixed, around).digest)
    expect(plan.digest).toBe(planOf([desired('a', { name: 'New' })], state(observed('a'))).digest)
  })

  test('can be applied by itself, and the rest after it: no change needs a key that another one frees', () => {
    fc.assert(
      fc.property(desiredFlows, observedState, fc.subarray([...KEYS]), (definitions, now, only) => {
        const whole = planOf(definitions, now)
        fc.pre(whole.conflicts.length === 0)
        const part = planOf(definitions, now, { only })
        const taken = new Set(now.flows.map(({ key }) => key))
        for (const { action, key, previous_key: previous } of part.changes) {
          if (action === 'create' || previous !== null) expect(taken.has(key)).toBe(false)
        }
        const rest = planOf(definitions, afterApply(part, now))
        expect(part.changes.length + rest.changes.length).toBe(whole.changes.length)
        expect([...part.changes, ...rest.changes].map(({ diff_digest: digest }) => digest).sort()).toEqual(
          whole.changes.map(({ diff_digest: digest }) => digest).sort(),
        )
      }),
      runs(200),
    )
  })
})
