import { canonicalJson } from '../model/canonical.js'
import type { FlowConfig } from '../model/flow.js'
import { byDefinitionOrder, type Leaf, leavesOf } from '../model/leaves.js'
import type { Field } from '../model/plan.js'

/**
 * The fields in which two configurations differ, in the order of a definition; a missing side has no fields. `applied`
 * is what the last deployment wrote. It tells a change in git from one made in the service: a field that no longer has
 * the applied value was edited outside git, whatever git says now.
 */
export function diff(before: FlowConfig | null, after: FlowConfig | null, applied: FlowConfig | null = null): Field[] {
  // Most flows of a plan are unchanged.
  if (isSame(before, after)) return []
  const was = leavesOf(before)
  const is = leavesOf(after)
  const wrote = applied && leavesOf(applied)
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter((path) => !same(was.get(path), is.get(path)))
    .sort(byDefinitionOrder)
    .map((path) => ({
      path,
      before: was.get(path) ?? null,
      after: is.get(path) ?? null,
      line: null,
      ...(wrote === null || same(wrote.get(path), was.get(path))
        ? { origin: 'config' }
        : { origin: 'drift', applied: wrote.get(path) ?? null }),
    }))
}

/** Whether two plain values are equal, whatever the order of their members. */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  const [one, other] = [a as Record<string, unknown>, b as Record<string, unknown>]
  if (Array.isArray(a) !== Array.isArray(b)) return false
  let count = 0
  for (const name in one) {
    if (!(name in other) || !isSame(one[name], other[name])) return false
    count += 1
  }
  return count === Object.keys(other).length
}

function same(a: Leaf | undefined, b: Leaf | undefined): boolean {
  if (a === b || (a ?? null) === (b ?? null)) return true
  return typeof a === 'object' && canonicalJson(a) === canonicalJson(b)
}
