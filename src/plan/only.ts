import type { Change } from '../model/plan.js'

/** The parts of a plan that remain when it is limited to some flows, and how many others were left out. */
export interface Selected<Conflict> {
  readonly changes: Change[]
  readonly conflicts: Conflict[]
  readonly leftOut: number
}

/**
 * Limits a plan to the named flows, by their key now or after the change. Any change may be left out, because changes
 * are independent: none takes a key that another one frees.
 */
export function select<Conflict extends { readonly key: string }>(
  changes: readonly Change[],
  conflicts: readonly Conflict[],
  only: readonly string[],
): Selected<Conflict> {
  const isNamed = ({ key, previous_key: previous = null }: { key: string; previous_key?: string | null }) =>
    only.includes(key) || (previous !== null && only.includes(previous))
  const kept = { changes: changes.filter(isNamed), conflicts: conflicts.filter(isNamed) }
  const all = changes.length + conflicts.length
  return { ...kept, leftOut: all - kept.changes.length - kept.conflicts.length }
}
