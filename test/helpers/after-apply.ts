import { type Plan, recordsOf } from '../../src/model/plan.js'
import type { ObservedFlow, ObservedState } from '../../src/model/state.js'

/** The state that a deployment of this plan leaves behind, as a model of the service (the real one is tested too). */
export function afterApply(plan: Plan, before: ObservedState): ObservedState {
  const flows = new Map(before.flows.map((flow) => [flow.id, flow]))
  const records = recordsOf(plan.accepted)
  for (const change of [...plan.changes, ...records]) {
    const flow: ObservedFlow | undefined = change.id === null ? undefined : flows.get(change.id)
    const id = change.id ?? `vf_new_${change.key}`
    const config = change.after ?? flow?.config
    if (!config) throw new Error(`nothing to write for ${change.key}`)
    flows.set(id, {
      id,
      key: change.key,
      project: plan.project,
      status: change.action === 'archive' ? 'archived' : 'active',
      version: (flow?.version ?? 0) + 1,
      config,
      applied: config,
      applied_status: change.action === 'archive' ? 'archived' : 'active',
      applied_key: change.key,
      updated: 1_790_000_100,
      updated_by: 'ci',
      sessions_last_30_days: flow?.sessions_last_30_days ?? 0,
    })
  }
  return {
    livemode: before.livemode,
    store: before.store,
    last_deployment: `after ${plan.digest}`,
    flows: [...flows.values()],
  }
}
