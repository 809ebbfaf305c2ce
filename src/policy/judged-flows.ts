import { compareText } from '../model/canonical.js'
import type { Change, Plan } from '../model/plan.js'
import type { DesiredFlow, ObservedState } from '../model/state.js'
import { diff } from '../plan/diff.js'
import type { JudgedFlow } from './judge.js'

/**
 * Every flow that policies judge: the changes of the plan in its order, then unchanged flows by key. Excludes flows in
 * conflict and flows that the plan leaves out: nothing happens to them now.
 */
export function judgedFlows(plan: Plan, desired: readonly DesiredFlow[], observed: ObservedState): JudgedFlow[] {
  const changed = new Set(plan.changes.map(({ key }) => key))
  const ours = new Map(
    observed.flows
      .filter(({ project, status }) => project === plan.project && status === 'active')
      .map((flow) => [flow.key, flow]),
  )
  const unchanged = desired
    .toSorted((a, b) => compareText(a.key, b.key))
    .flatMap(({ key, config, file }): JudgedFlow[] => {
      const flow = ours.get(key)
      if (flow === undefined || changed.has(key) || diff(flow.config, config).length > 0) return []
      const { sessions_last_30_days: sessions } = flow
      return [{ key, action: 'noop', file, config, before: config, assurance: UNTOUCHED, sessions }]
    })
  return [...plan.changes.flatMap(ofChange), ...unchanged]
}

const UNTOUCHED = { effect: 'neutral', exposes_link: false, breaks_callers: false } as const

function ofChange(change: Change): JudgedFlow[] {
  const { key, action, source, before, after, assurance, sessions_last_30_days: sessions } = change
  const config = after ?? before
  return config === null ? [] : [{ key, action, file: source?.file ?? null, config, before, assurance, sessions }]
}
