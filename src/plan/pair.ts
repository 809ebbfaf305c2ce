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
  /** Definitions whose flow belongs to another project. */
  readonly conflicts: readonly { readonly desired: DesiredFlow; readonly observed: ObservedFlow }[]
}

/**
 * Finds the flow of every definition: by key, else by the key it was renamed from. A rename counts only while no flow
 * has the new key, so a `renamed_from` left in the file after it was applied does nothing.
 */
export function pair(desired: readonly DesiredFlow[], state: ObservedState, project: string): Pairing {
  const byKey = new Map(state.flows.map((flow) => [flow.key, flow]))
  const pairs: Pair[] = []
  const conflicts: { desired: DesiredFlow; observed: ObservedFlow }[] = []
  const claimed = new Set<string>()
  for (const flow of desired) {
    const observed =
      byKey.get(flow.key) ?? (flow.renamedFrom === null ? undefined : byKey.get(flow.renamedFrom)) ?? null
    if (observed) claimed.add(observed.id)
    if (observed && observed.project !== null && observed.project !== project)
      conflicts.push({ desired: flow, observed })
    else pairs.push({ desired: flow, observed })
  }
  const unclaimed = state.flows.filter(({ id, status }) => status === 'active' && !claimed.has(id))
  return {
    pairs,
    conflicts,
    gone: unclaimed.filter((flow) => flow.project === project),
    unmanaged: unclaimed.filter((flow) => flow.project === null),
  }
}
