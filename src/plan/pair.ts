import { compareText } from '../model/canonical.js'
import type { DesiredFlow, ObservedFlow, ObservedState } from '../model/state.js'

/** A definition with its flow, if the flow exists. */
export interface Pair {
  readonly desired: DesiredFlow
  readonly observed: ObservedFlow | null
}

export interface Pairing {
  readonly pairs: readonly Pair[]
  /** Active flows of this project without a definition. */
  readonly gone: readonly ObservedFlow[]
  /** Active flows that no project manages and no definition claims. */
  readonly unmanaged: readonly ObservedFlow[]
  /** Definitions that no change could carry out without harm. */
  readonly conflicts: readonly Conflict[]
}

/** A definition, the flow it would need, and why it cannot have that flow. */
export interface Conflict {
  readonly desired: DesiredFlow
  readonly observed: ObservedFlow
  /** All flows that the definition may be about: the plan changes none of them. */
  readonly withheld: readonly ObservedFlow[]
  readonly code: 'KEY_OF_OTHER_PROJECT' | 'KEY_OF_OTHER_FLOW' | 'RENAME_TARGET_EXISTS'
}

/**
 * Finds the flow of every definition: by key; else by the last deployed key, if somebody changed the key since; else by
 * the key it was renamed from. A `renamed_from` that stays in the file after its rename does nothing. A rename is
 * impossible while another flow has the new key and this project still has an active flow under the old one. Going on
 * would archive the flow that was meant to be kept. It is also a conflict if keys were exchanged outside git, so that a
 * definition would find another definition's flow by key.
 */
export function pair(
  desired: readonly DesiredFlow[],
  state: ObservedState,
  project: string,
  followsKeys = true,
): Pairing {
  const byKey = new Map(state.flows.map((flow) => [flow.key, flow]))
  const moved = followsKeys ? movedOutsideGit(desired, state, project) : new Map<string, ObservedFlow>()
  const exchanged = followsKeys ? exchangedOutsideGit(desired, state, project) : new Map<DesiredFlow, ObservedFlow>()
  const pairs: Pair[] = []
  const conflicts: Conflict[] = []
  const claimed = new Set<string>()
  for (const flow of desired) {
    const target = byKey.get(flow.key) ?? moved.get(flow.key) ?? null
    const source = (flow.renamedFrom === null ? null : byKey.get(flow.renamedFrom)) ?? null
    const observed = target ?? source
    // Claimed even if the definition cannot have it: a flow that somebody wants to keep is never archived.
    const other = exchanged.get(flow)
    const own = other && moved.get(flow.key)
    const withheld = [target, source, other, own].filter((one) => one !== null && one !== undefined)
    for (const { id } of withheld) claimed.add(id)
    if (other) {
      conflicts.push({ desired: flow, observed: other, withheld, code: 'KEY_OF_OTHER_FLOW' })
    } else if (observed && observed.project !== null && observed.project !== project) {
      conflicts.push({ desired: flow, observed, withheld, code: 'KEY_OF_OTHER_PROJECT' })
    } else if (target && source && source.project === project && source.status === 'active') {
      conflicts.push({ desired: flow, observed: source, withheld, code: 'RENAME_TARGET_EXISTS' })
    } else pairs.push({ desired: flow, observed })
  }
  const unclaimed = state.flows.filter(({ id, status }) => status === 'active' && !claimed.has(id))
  return {
    pairs,
    conflicts,
    gone: unclaimed.filter((flow) => flow.project === project),
    unmanaged: unclaimed.filter((flow) => flow.project === null),
  }
}

/**
 * Flows of this project whose key was changed outside git, by the key they should have. Their definition wants them
 * back, not a new flow beside them. If a definition names the flow's present key, the flow belongs to that definition.
 */
function movedOutsideGit(
  desired: readonly DesiredFlow[],
  state: ObservedState,
  project: string,
): ReadonlyMap<string, ObservedFlow> {
  const others = rekeyed(state, project)
  if (others.length === 0) return new Map()
  const named = new Set(desired.flatMap(({ key, renamedFrom }) => [key, renamedFrom]))
  const moved = others.filter(({ key }) => !named.has(key))
  return new Map(moved.flatMap((flow) => (flow.applied_key === null ? [] : [[flow.applied_key, flow]])))
}

/**
 * Definitions whose key, or whose flow's key, was given away outside git, each with the flow that was given the key.
 * Pairing by key would match each with another definition's flow, and create its own again or archive it. A flow that
 * still has the key it was deployed under belongs to nobody else.
 */
function exchangedOutsideGit(
  desired: readonly DesiredFlow[],
  state: ObservedState,
  project: string,
): ReadonlyMap<DesiredFlow, ObservedFlow> {
  const others = rekeyed(state, project).filter((flow) => flow.applied_key !== null)
  if (others.length === 0) return new Map()
  const naming = new Map<string | null, DesiredFlow>()
  for (const flow of desired) for (const key of [flow.renamedFrom, flow.key]) naming.set(key, flow)
  const holders = new Map(state.flows.map((flow) => [flow.key, flow]))
  const isSettled = (key: string) => {
    const holder = holders.get(key)
    return holder?.project === project && holder.applied_key === key
  }
  const exchanged = new Map<DesiredFlow, ObservedFlow>()
  for (const flow of others) {
    const { key, applied_key: before } = flow
    if (before === null || isSettled(before)) continue
    const [was, is] = [naming.get(before), naming.get(key)]
    if (was === undefined || was === is || isSettled(was.key)) continue
    const isReplaced = flow.status === 'active' && holders.has(before)
    if (is === undefined && !isReplaced) continue
    if (is !== undefined) exchanged.set(is, flow)
    if (!exchanged.has(was)) exchanged.set(was, flow)
  }
  return exchanged
}

/** The project's flows that have another key than their last deployment left them, in order of id. */
function rekeyed({ flows }: ObservedState, project: string): readonly ObservedFlow[] {
  return flows
    .filter((flow) => flow.project === project && flow.applied_key !== flow.key)
    .sort((a, b) => compareText(a.id, b.id))
}
