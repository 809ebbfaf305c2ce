import { compareText } from '../model/canonical.js'
import type { DesiredFlow, ObservedFlow, ObservedState } from '../model/state.js'

/** A definition with the flow it is about, if there is one. */
export interface Pair {
  readonly desired: DesiredFlow
  readonly observed: ObservedFlow | null
}

export interface Pairing {
  readonly pairs: readonly Pair[]
  /** Active flows of this project without a definition. */
  readonly gone: readonly ObservedFlow[]
  /** Active flows that nobody manages and no definition claims. */
  readonly unmanaged: readonly ObservedFlow[]
  /** Definitions that no change could carry out without harm. */
  readonly conflicts: readonly Conflict[]
}

/** A definition, the flow it would need, and why it cannot have it. */
export interface Conflict {
  readonly desired: DesiredFlow
  readonly observed: ObservedFlow
  /** All flows that the definition may be about: nothing is done with any. */
  readonly withheld: readonly ObservedFlow[]
  readonly code: 'KEY_OF_OTHER_PROJECT' | 'KEY_OF_OTHER_FLOW' | 'RENAME_TARGET_EXISTS'
}

/**
 * Finds the flow of every definition: by key, else by the key that the last deployment gave it and somebody changed
 * since, else by the key it was renamed from. A `renamed_from` left in the file after it was applied does nothing. But
 * while this project still has an active flow under the old key, and another flow has the new one, the rename is neither
 * done nor possible: going on would archive the flow that was to be kept. Nor is anything done where keys were exchanged
 * outside git, so that a definition finds a flow by key that is another one's.
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
    // Also where the definition cannot have it: a flow that somebody wants to keep is never archived.
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
 * Flows of this project whose key was changed outside git, by the key they are to have: their definition wants them
 * back, not a new flow beside them. A flow whose present key a definition names belongs to that definition.
 */
function movedOutsideGit(
  desired: readonly DesiredFlow[],
  state: ObservedState,
  project: string,
): ReadonlyMap<string, ObservedFlow> {
  const named = new Set(desired.flatMap(({ key, renamedFrom }) => [key, renamedFrom]))
  const moved = state.flows
    .filter((flow) => flow.project === project && flow.applied_key !== flow.key && !named.has(flow.key))
    .toSorted((a, b) => compareText(a.id, b.id))
  return new Map(moved.flatMap((flow) => (flow.applied_key === null ? [] : [[flow.applied_key, flow]])))
}

/**
 * Definitions whose key, or whose flow's key, was given away outside git, with the flow to which that happened: by key
 * each would be paired with a flow that is another's, and its own be made anew or archived. A flow that was deployed
 * under the key that it has is nobody else's.
 */
function exchangedOutsideGit(
  desired: readonly DesiredFlow[],
  state: ObservedState,
  project: string,
): ReadonlyMap<DesiredFlow, ObservedFlow> {
  const naming = new Map<string | null, DesiredFlow>()
  for (const flow of desired) for (const key of [flow.renamedFrom, flow.key]) naming.set(key, flow)
  const holders = new Map(state.flows.map((flow) => [flow.key, flow]))
  const isSettled = (key: string) => {
    const holder = holders.get(key)
    return holder?.project === project && holder.applied_key === key
  }
  const exchanged = new Map<DesiredFlow, ObservedFlow>()
  for (const flow of state.flows.toSorted((a, b) => compareText(a.id, b.id))) {
    const { key, applied_key: before } = flow
    if (flow.project !== project || before === null || before === key || isSettled(before)) continue
    const [was, is] = [naming.get(before), naming.get(key)]
    if (was === undefined || was === is || isSettled(was.key)) continue
    const isReplaced = flow.status === 'active' && holders.has(before)
    if (is === undefined && !isReplaced) continue
    if (is !== undefined) exchanged.set(is, flow)
    if (!exchanged.has(was)) exchanged.set(was, flow)
  }
  return exchanged
}
