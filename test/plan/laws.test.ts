import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { digestOf } from '../../src/model/canonical.js'
import { normalise } from '../../src/model/flow.js'
import { type Assurance, recordsOf } from '../../src/model/plan.js'
import { assess } from '../../src/plan/assurance.js'
import { settled } from '../../src/plan/deployed.js'
import { diff } from '../../src/plan/diff.js'
import { driftOf } from '../../src/plan/drift.js'
import { afterApply } from '../helpers/after-apply.js'
import { desiredFlows, flowBody, flowConfig, observedState } from '../helpers/arbitraries.js'
import { planOf } from '../helpers/builders.js'
import { runs } from '../helpers/runs.js'

const RUNS = runs(800)

describe('laws of the core', () => {
  test('the plan after an apply is empty, whatever was desired and observed', () => {
    fc.assert(
      fc.property(desiredFlows, observedState, (wanted, state) => {
        const first = planOf(wanted, state)
        fc.pre(first.conflicts.length === 0) // such a plan is never applied
        const after = afterApply(first, state)
        const second = planOf(wanted, after)
        expect(second.changes).toEqual([])
        expect(second.guards).toEqual([])
        expect(second.conflicts).toEqual([])
        expect(second.accepted).toBeUndefined()
        expect(driftOf(second, after, wanted)).toEqual([])
        expect(after.flows.filter(({ project }) => project === 'other')).toEqual(
          state.flows.filter(({ project }) => project === 'other'),
        )
      }),
      RUNS,
    )
  })

  test('what an apply leaves to plan is known without planning again', () => {
    fc.assert(
      fc.property(desiredFlows, observedState, (wanted, state) => {
        const first = planOf(wanted, state)
        fc.pre(first.conflicts.length === 0)
        const after = afterApply(first, state)
        const known = settled(first, after.last_deployment ?? '')
        if (known === null) expect(first.bound).toBeDefined()
        else expect(JSON.stringify(known)).toBe(JSON.stringify(planOf(wanted, after)))
      }),
      RUNS,
    )
  })

  test('no flow is in two places of a plan, and none is archived that a definition names', () => {
    fc.assert(
      fc.property(desiredFlows, observedState, (wanted, state) => {
        const { changes, conflicts, unmanaged } = planOf(wanted, state)
        const ids = [...changes, ...unmanaged].map(({ id }) => id).filter((id) => id !== null)
        expect(new Set(ids).size).toBe(ids.length)
        expect(changes.map(({ id }) => id).filter((id) => conflicts.some((one) => one.id === id))).toEqual([])
        const named = new Set(wanted.flatMap(({ key, renamedFrom }) => [key, renamedFrom]))
        for (const { action, key } of changes) if (action === 'archive') expect(named.has(key)).toBe(false)
      }),
      RUNS,
    )
  })

  test('the order of definitions and of flows makes no difference', () => {
    fc.assert(
      fc.property(desiredFlows, observedState, fc.infiniteStream(fc.nat()), (wanted, state, numbers) => {
        const shuffle = <T>(items: readonly T[]) =>
          items
            .map((item) => ({ item, at: numbers.next().value }))
            .sort((a, b) => a.at - b.at)
            .map(({ item }) => item)
        const shuffled = planOf(shuffle(wanted), { ...state, flows: shuffle(state.flows) })
        expect(JSON.stringify(shuffled)).toBe(JSON.stringify(planOf(wanted, state)))
      }),
      RUNS,
    )
  })

  test('normalise is idempotent', () => {
    fc.assert(
      fc.property(flowBody, (body) => {
        const once = normalise(body)
        expect(JSON.stringify(normalise(once))).toBe(JSON.stringify(once))
      }),
      RUNS,
    )
  })

  test('a configuration differs from itself in nothing, and from another in something', () => {
    fc.assert(
      fc.property(flowConfig, flowConfig, (a, b) => {
        expect(diff(a, a)).toEqual([])
        expect(diff(a, b).length === 0).toBe(JSON.stringify(a) === JSON.stringify(b))
      }),
      RUNS,
    )
  })

  test('the assurance of a change and of its reverse are opposite', () => {
    const opposite = { neutral: 'neutral', mixed: 'mixed', strengthens: 'weakens', weakens: 'strengthens' } as const
    const mirrored = {
      strengthens: 'weakens',
      weakens: 'strengthens',
      exposes: 'conceals',
      conceals: 'exposes',
    } as const
    const effects = ({ reasons }: Assurance) => reasons.map(({ effect, path }) => `${effect} ${path}`).sort()
    fc.assert(
      fc.property(flowConfig, flowConfig, (a, other) => {
        // Who decides the checks cannot be weighed: a change of that weakens both ways.
        const { stripe_flow: _, ...rest } = other
        const b = { ...rest, ...(a.stripe_flow !== undefined && { stripe_flow: a.stripe_flow }) }
        const about = { action: 'update', wasActive: true, previousKey: null, sessions: 0 } as const
        const forth = assess({ ...about, before: a, after: b })
        const back = assess({ ...about, before: b, after: a })
        expect(back.effect).toBe(opposite[forth.effect])
        const mirror = forth.reasons.map(({ effect, path }) => `${mirrored[effect as keyof typeof mirrored]} ${path}`)
        expect(effects(back)).toEqual(mirror.sort())
      }),
      RUNS,
    )
  })

  test('a plan digest is that of the canonical JSON of what would be written', () => {
    fc.assert(
      fc.property(desiredFlows, observedState, (wanted, state) => {
        const { project, livemode, base, changes, accepted, digest } = planOf(wanted, state)
        const written = [...changes, ...recordsOf(accepted)].map(
          ({ action, key, previous_key, id, base_version, after }) => [
            action,
            key,
            previous_key,
            id,
            base_version,
            after,
          ],
        )
        expect(digest).toBe(digestOf({ project, livemode, base: base.last_deployment, changes: written }))
      }),
      RUNS,
    )
  })

  test('a plan digest changes whenever what would be written or its base changes', () => {
    fc.assert(
      fc.property(desiredFlows, observedState, (wanted, state) => {
        const plan = planOf(wanted, state)
        fc.pre(plan.changes.length > 0)
        expect(planOf(wanted, { ...state, last_deployment: 'vfd_2' }).digest).not.toBe(plan.digest)
        const moved = { ...state, flows: state.flows.map((flow) => ({ ...flow, version: flow.version + 1 })) }
        const touchesFlows = plan.changes.some(({ id }) => id !== null)
        expect(planOf(wanted, moved).digest === plan.digest).toBe(!touchesFlows)
        const busier = { ...state, flows: state.flows.map((flow) => ({ ...flow, sessions_last_30_days: 999 })) }
        expect(planOf(wanted, busier).digest).toBe(plan.digest)
      }),
      RUNS,
    )
  })
})
