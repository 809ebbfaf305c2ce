import type { FlowKey } from '../model/flow.js'
import type { DeployedFlow } from '../model/schema-types.js'
import type { DesiredFlow, ObservedFlow, ObservedState } from '../model/state.js'

/**
 * The project's flows as a deployment left them, as a state to pull from: what the project did not have then is archived
 * in it, so that its definition goes; but for what is `kept`, by key, which is as it is defined. A flow that has another
 * key by now is found by that.
 */
export function asLeft(
  then: readonly DeployedFlow[],
  now: ObservedState,
  desired: readonly DesiredFlow[],
  { project, kept }: { readonly project: string; readonly kept: ReadonlySet<FlowKey> },
): ObservedState {
  const flows = flowsOf(then, now, project)
  const later = definedSince(then, now, desired).map(({ key, config }) =>
    flow(`later ${key}`, key, kept.has(key) ? 'active' : 'archived', config, project),
  )
  return { ...now, flows: [...flows, ...later] }
}

/** The definitions of flows that the project did not have when a deployment left these. */
export function definedSince<Defined extends Pick<DesiredFlow, 'key' | 'renamedFrom'>>(
  then: readonly DeployedFlow[],
  now: ObservedState,
  desired: readonly Defined[],
): Defined[] {
  const flows = flowsOf(then, now, '')
  const taken = new Set([...flows.map(({ key }) => key), ...flows.map(({ applied_key }) => applied_key)])
  return desired.filter(({ key, renamedFrom }) => !taken.has(key) && (renamedFrom === null || !taken.has(renamedFrom)))
}

function flowsOf(then: readonly DeployedFlow[], now: ObservedState, project: string): ObservedFlow[] {
  const present = new Map(now.flows.map((one) => [one.id, one]))
  return then.map(({ id, key, status, config }): ObservedFlow => {
    return { ...flow(id, key, status, config, project), applied_key: present.get(id)?.key ?? key }
  })
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
