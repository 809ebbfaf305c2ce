import { type FlowBody, type FlowConfig, normalise } from '../../src/model/flow.js'
import type { Plan } from '../../src/model/plan.js'
import type { DesiredFlow, ObservedFlow, ObservedState } from '../../src/model/state.js'
import { type PlanOptions, plan } from '../../src/plan/plan.js'

export const PROJECT = 'acme-kyc'

/** A configuration that differs from the defaults only in what is given. */
export function aConfig(body: Partial<FlowBody> = {}): FlowConfig {
  return normalise({ name: 'Flow', type: 'document', ...body })
}

export function desired(key: string, body: Partial<FlowBody> = {}, renamedFrom: string | null = null): DesiredFlow {
  return { key, renamedFrom, config: aConfig(body), file: `flows/${key}.yaml` }
}

/** A flow that this project deployed and nobody touched since. */
export function observed(key: string, body: Partial<FlowBody> = {}, more: Partial<ObservedFlow> = {}): ObservedFlow {
  const config = aConfig(body)
  return {
    id: `vf_${key}`,
    key,
    project: PROJECT,
    status: 'active',
    version: 1,
    config,
    applied: config,
    applied_status: 'active',
    applied_key: key,
    updated: 1_790_000_000,
    updated_by: 'ci',
    sessions_last_30_days: 0,
    ...more,
  }
}

export function state(...flows: ObservedFlow[]): ObservedState {
  return { livemode: false, store: 'store-1', last_deployment: 'vfd_last', flows }
}

export function planOf(
  wanted: readonly DesiredFlow[],
  observedState: ObservedState,
  options: Partial<PlanOptions> = {},
): Plan {
  return plan(wanted, observedState, { project: PROJECT, environment: 'local', ...options })
}

/** A plan in one line per change: "rename old -> new". */
export function actions({ changes }: Plan): string[] {
  return changes.map(({ action, key, previous_key }) =>
    previous_key === null ? `${action} ${key}` : `${action} ${previous_key} -> ${key}`,
  )
}
