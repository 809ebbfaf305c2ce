import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Plan } from '../../src/model/plan.js'
import type { Policy } from '../../src/model/schema-types.js'
import type { DesiredFlow, ObservedState } from '../../src/model/state.js'
import type { PlanOptions } from '../../src/plan/plan.js'
import { refusalOf } from '../../src/plan/refusal.js'
import { compilePolicy } from '../../src/policy/compile.js'
import { type CompiledPolicy, judge } from '../../src/policy/judge.js'
import { judgedFlows } from '../../src/policy/judged-flows.js'
import { place } from '../../src/policy/place.js'
import { desiredFlows, observedState } from '../helpers/arbitraries.js'
import { desired, observed, planOf, state } from '../helpers/builders.js'

function compiled(name: string, policy: Policy): CompiledPolicy {
  const { policy: ready, faults } = compilePolicy(name, policy)
  if (ready === undefined) throw new Error(JSON.stringify(faults))
  return ready
}

type Policies = Readonly<Record<string, Partial<Policy>>>

/** The plan with what these policies say, each field of a definition on line 5 and its beginning on line 1. */
function judged(
  policies: Policies,
  wanted: readonly DesiredFlow[],
  observedState: ObservedState = state(),
  options: Partial<PlanOptions> = {},
): Plan {
  const made = planOf(wanted, observedState, options)
  const ready = Object.entries(policies).map(([name, policy]) =>
    compiled(name, { require: 'false', message: 'must not be', ...policy }),
  )
  const { environment, livemode } = made
  const flows = judgedFlows(made, wanted, observedState)
  const findings = judge(ready, flows, { environment, livemode, allow: options.allow ?? [] })
  const isSet = (path: string) => path !== '/options/document/require_matching_selfie'
  return {
    ...made,
    policies: place(findings, environment, {
      placeOf: (file, _, path) => (isSet(path) ? { file, line: 5 } : null),
      bodyLine: () => 1,
    }),
  }
}

/** "blocked p: create a" */
function said({ policies = [] }: Plan): string[] {
  return policies.map(({ policy, status, action, key }) => `${status} ${policy}: ${action} ${key}`)
}

const LIVE_CAPTURE = 'has(flow.options.document) && flow.options.document.require_live_capture'
const live = { options: { document: { require_live_capture: true } } }

describe('a policy', () => {
  test('blocks what the plan writes and does not hold', () => {
    const plan = judged({ p: { require: LIVE_CAPTURE } }, [desired('a'), desired('b', live)])
    expect(said(plan)).toEqual(['blocked p: create a'])
    expect(refusalOf(plan)).toEqual({
      reason: 'blocked',
      messages: ['policy p: must not be: a'],
      allowances: ['policy=p:a'],
      others: ['b'],
    })
  })

  test('of level warn only warns', () => {
    const plan = judged({ p: { level: 'warn' } }, [desired('a')])
    expect(said(plan)).toEqual(['warned p: create a'])
    expect(refusalOf(plan)).toBeNull()
  })

  test('only warns of a flow that stays as it is, so that a new policy stops no deploy', () => {
    const plan = judged({ p: {} }, [desired('a'), desired('b', live)], state(observed('a'), observed('b')))
    expect(said(plan)).toEqual(['blocked p: update b', 'warned p: noop a'])
  })

  test('is about the flows of which "when" is true', () => {
    const plan = judged({ p: { when: 'key.startsWith("a")' } }, [desired('a'), desired('b')])
    expect(said(plan)).toEqual(['blocked p: create a'])
  })

  test('holds in the environments that it names, or in all', () => {
    const policies = { everywhere: {}, here: { environments: ['local'] }, there: { environments: ['live'] } }
    expect(said(judged(policies, [desired('a')]))).toEqual(['blocked everywhere: create a', 'blocked here: create a'])
  })

  test('is not about flows to be archived, unless it asks for the action', () => {
    const policies = { blind: {}, asking: { when: 'action == "archive"', require: 'sessions_last_30_days == 0' } }
    const used = observed('old', {}, { sessions_last_30_days: 3 })
    expect(said(judged(policies, [], state(used)))).toEqual(['blocked asking: archive old'])
  })

  test('of a flow to be archived sees the configuration that it has', () => {
    const policies = { p: { require: 'action != "archive" || flow.name != "Old"' } }
    const { policies: results = [] } = judged(policies, [], state(observed('old', { name: 'Old' })))
    expect(results).toMatchObject([{ key: 'old', file: null, line: null, status: 'blocked' }])
  })

  test('sees what was, what the change does, and how much the flow is used', () => {
    const require =
      'before != null && before.options.document.require_live_capture && assurance.effect == "weakens" && sessions_last_30_days == 7'
    const was = observed('a', live, { sessions_last_30_days: 7 })
    expect(said(judged({ p: { require } }, [desired('a')], state(was)))).toEqual([])
    expect(said(judged({ p: { require } }, [desired('a')]))).toEqual(['blocked p: create a'])
  })

  test('that cannot be judged counts as broken, and says why', () => {
    const require = 'flow.metadata.tier == "high"'
    const { policies: [result] = [] } = judged({ p: { require } }, [desired('a')])
    expect(result).toMatchObject({
      status: 'blocked',
      message: expect.stringMatching(/^must not be \("require".*tier/),
    })
    const { policies: [other] = [] } = judged({ p: { when: require, require: 'true' } }, [desired('a')])
    expect(other).toMatchObject({ status: 'blocked', message: expect.stringMatching(/^must not be \("when".*tier/) })
  })

  test('says nothing of what the plan leaves out, or cannot carry out', () => {
    const foreign = observed('a', {}, { project: 'other' })
    expect(said(judged({ p: {} }, [desired('a')], state(foreign)))).toEqual([])
  })
})

describe('the place of a result', () => {
  const placed = (policy: Partial<Policy>) => {
    const { policies: [result] = [] } = judged({ p: policy }, [desired('a')])
    return [result?.file, result?.line, result?.path]
  }

  test('is the first field that "require" names and the definition sets', () => {
    const require = 'flow.options.document.require_matching_selfie && flow.options.document.require_live_capture'
    expect(placed({ require })).toEqual(['flows/a.yaml', 5, '/options/document/require_live_capture'])
  })

  test('is the beginning of the definition where a default holds', () => {
    expect(placed({ require: 'flow.options.document.require_matching_selfie' })).toEqual([
      'flows/a.yaml',
      1,
      '/options/document/require_matching_selfie',
    ])
  })

  test('is the field of "at"', () => {
    expect(placed({ require: 'flow.name == ""', at: '/return_url' })).toEqual(['flows/a.yaml', 5, '/return_url'])
  })

  test('is the flow as a whole where no field is named', () => {
    expect(placed({ require: 'key == "b"' })).toEqual(['flows/a.yaml', 1, null])
  })
})

describe('a policy is lifted for one run by its name', () => {
  const both = { p: {}, q: {} }
  const flows = [desired('a'), desired('b')]
  const allow = (key?: string) => [{ guard: 'policy' as const, policy: 'p', ...(key !== undefined && { key }) }]

  test('for every flow', () => {
    expect(said(judged(both, flows, state(), { allow: allow() }))).toEqual([
      'lifted p: create a',
      'lifted p: create b',
      'blocked q: create a',
      'blocked q: create b',
    ])
  })

  test('for one', () => {
    const plan = judged({ p: {} }, flows, state(), { allow: allow('b') })
    expect(said(plan)).toEqual(['blocked p: create a', 'lifted p: create b'])
    expect(refusalOf(plan)?.messages).toEqual(['policy p: must not be: a'])
  })

  test('and by no name of a guard', () => {
    const allow = (['weaken', 'archive', 'expose_link', 'max_change_share'] as const).map((guard) => ({ guard }))
    expect(said(judged({ weaken: {} }, [desired('a')], state(), { allow }))).toEqual(['blocked weaken: create a'])
  })
})

describe('laws of judging', () => {
  const policies: Policies = {
    selfie: { require: 'has(flow.options.document) && flow.options.document.require_matching_selfie' },
    link: { when: 'flow.static_link.active', require: LIVE_CAPTURE, level: 'warn' },
    weaker: { require: 'assurance.effect != "weakens" || before.protected == false' },
    tier: { require: 'flow.metadata.tier == "high"' },
    gone: { require: 'action != "archive"' },
  }

  test('neither the order of files nor that of flows makes a difference, and nothing else changes in the plan', () => {
    fc.assert(
      fc.property(desiredFlows, observedState, fc.shuffledSubarray(Object.entries(policies)), (wanted, now, some) => {
        const one = judged(Object.fromEntries(some), wanted, now)
        const reversed = { ...now, flows: now.flows.toReversed() }
        const other = judged(Object.fromEntries(some.toReversed()), wanted.toReversed(), reversed)
        expect(JSON.stringify(other)).toBe(JSON.stringify(one))
        const { policies: _, ...bare } = one
        expect(bare).toEqual(planOf(wanted, now))
      }),
      { numRuns: 200 },
    )
  })

  test('each policy is judged once for each flow that is desired or archived, in conflict with none', () => {
    fc.assert(
      fc.property(desiredFlows, observedState, (wanted, now) => {
        const plan = judged({ all: { require: 'action == "never"' } }, wanted, now)
        const archived = plan.changes.filter(({ action }) => action === 'archive')
        const inConflict = plan.conflicts.map(({ key }) => key)
        const keys = [...wanted, ...archived].map(({ key }) => key).filter((key) => !inConflict.includes(key))
        expect((plan.policies ?? []).map(({ key }) => key).sort()).toEqual(keys.sort())
      }),
      { numRuns: 200 },
    )
  })
})
