import type { DeployedFlow } from '../model/schema-types.js'
import type { DesiredFlow, ObservedFlow, ObservedState } from '../model/state.js'

/**
 * The project's flows as a deployment left them, as a state to pull from: what did not exist then, or is defined and was
 * never deployed, is archived in it, so that its definition goes. A flow that has another key by now is found by that.
 */
export function asLeft(
  then: readonly DeployedFlow[],
  now: ObservedState,
  desired: readonly DesiredFlow[],
  project: string,
): ObservedState {
  const present = new Map(now.flows.map((flow) => [flow.id, flow]))
  const flows = then.map(({ id, key, status, config }): ObservedFlow => {
    return { ...flow(id, key, status, config, project), applied_key: present.get(id)?.key ?? key }
  })
  const taken = new Set([...flows.map(({ key }) => key), ...flows.map(({ applied_key }) => applied_key)])
  const later = desired
    .filter(({ key, renamedFrom }) => !taken.has(key) && (renamedFrom === null || !taken.has(renamedFrom)))
    .map(({ key, config }) => flow(`later ${key}`, key, 'archived', config, project))
  return { ...now, flows: [...flows, ...later] }
}

function flow(
  id: string,
  key: string,
  status: ObservedFlow['status'],
  config: ObservedFlow['config'],
  project: string,
): ObservedFlow {
  return {
    id,
    key,
    project,
    status,
    version: 1,
    config,
    applied: config,
    applied_status: status,
    applied_key: key,
    updated: 0,
    updated_by: null,
    sessions_last_30_days: 0,
  }
}
