import type { FlowKey } from '../model/flow.js'
import type { DeployedFlow } from '../model/schema-types.js'
import type { DesiredFlow, ObservedFlow, ObservedState } from '../model/state.js'

/**
 * The project's flows as a deployment left them, as a state to pull from. Flows that the project did not have then are
 * archived in it, so that their definitions go. Exception: flows in `kept`, by key, stay as they are defined. A flow
 * that now has another key is found by that key. It keeps it if the old one is not free (see `keysNotFree`).
 */
export function asLeft(
  then: readonly DeployedFlow[],
  now: ObservedState,
  desired: readonly DesiredFlow[],
  { project, kept }: { readonly project: string; readonly kept: ReadonlySet<FlowKey> },
): ObservedState {
  const flows = flowsOf(then, now, desired, project)
  const later = definedSince(then, now, desired).map(({ key, config }) =>
    flow(`later ${key}`, key, kept.has(key) ? 'active' : 'archived', config, project),
  )
  return { ...now, flows: [...flows, ...later] }
}

/** Definitions of flows that the project did not have when a deployment left these flows. */
export function definedSince<Known extends Defined>(
  then: readonly DeployedFlow[],
  now: ObservedState,
  desired: readonly Known[],
): Known[] {
  const flows = flowsOf(then, now, desired, '')
  const taken = new Set([...flows.map(({ key }) => key), ...flows.map(({ applied_key }) => applied_key)])
  return desired.filter(({ key, renamedFrom }) => !taken.has(key) && (renamedFrom === null || !taken.has(renamedFrom)))
}

type Defined = Pick<DesiredFlow, 'key' | 'renamedFrom'>

/**
 * Flows whose earlier key now belongs to another flow or definition. No definition can give the key back until the
 * other one gives it up. Each comes with the key that it has instead.
 */
export function keysNotFree(
  then: readonly DeployedFlow[],
  now: ObservedState,
  desired: readonly Defined[],
): { readonly key: FlowKey; readonly keyThen: FlowKey }[] {
  const present = new Map(now.flows.map((one) => [one.id, one.key]))
  const holders = new Set(present.values())
  return then.flatMap(({ id, key: keyThen }) => {
    const key = present.get(id) ?? keyThen
    if (key === keyThen) return []
    const own =
      desired.find((one) => one.key === key) ??
      desired.find(({ renamedFrom }) => renamedFrom === key) ??
      desired.find((one) => one.key === keyThen)
    const isNamed = desired.some((one) => one !== own && [one.key, one.renamedFrom].includes(keyThen))
    return holders.has(keyThen) || isNamed ? [{ key, keyThen }] : []
  })
}

function flowsOf(
  then: readonly DeployedFlow[],
  now: ObservedState,
  desired: readonly Defined[],
  project: string,
): ObservedFlow[] {
  const present = new Map(now.flows.map((one) => [one.id, one]))
  const kept = new Map(keysNotFree(then, now, desired).map(({ key, keyThen }) => [keyThen, key]))
  return then.map(({ id, key: keyThen, status, config }): ObservedFlow => {
    const key = kept.get(keyThen) ?? keyThen
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
