import type { DesiredFlow, ObservedState } from '../model/state.js'
import type { Left } from '../plan/drift.js'
import { type DriftedFlow, driftOf } from '../plan/drift.js'
import { pair } from '../plan/pair.js'
import { plan } from '../plan/plan.js'
import { definedAfter, type Pull, pull } from './pull.js'

export interface LeftFlow extends DriftedFlow {
  readonly left: Left
}

/** What `flows pull` leaves of the drift of a whole project, by the id of the flow. */
export function leftByFlow(
  desired: readonly DesiredFlow[],
  state: ObservedState,
  about: { readonly project: string; readonly environment: string },
): ReadonlyMap<string, Left> {
  const pulled = pull(desired, state, { project: about.project, keys: [], all: false })
  return new Map(driftLeft(desired, state, pulled, about).map(({ id, left }) => [id, left]))
}

/**
 * The drift that remains after the targets are written; found by planning again, as if they were written. For flows
 * that no project manages any more, `attribute` finds out if they were this project's.
 */
export function driftLeft(
  desired: readonly DesiredFlow[],
  state: ObservedState,
  { targets, withheld }: Pick<Pull, 'targets' | 'withheld'>,
  about: { readonly project: string; readonly environment: string },
): LeftFlow[] {
  const after = definedAfter(desired, targets)
  const { conflicts } = pair(after, state, about.project)
  return driftOf(plan(after, state, about), state, after).map((flow) => {
    const conflict = conflicts.find((one) => one.withheld.some(({ id }) => id === flow.id))
    const left = (): Left => {
      if (conflict) return conflict.code === 'KEY_OF_OTHER_FLOW' ? 'keys_exchanged' : 'conflict'
      if (withheld.some(({ key }) => key === flow.key)) return 'api_key'
      if (flow.kind === 'released') return 'released'
      return flow.source === null ? 'no_definition' : 'changed_in_both'
    }
    return { ...flow, left: left() }
  })
}
