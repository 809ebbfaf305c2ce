import { compareText } from '../model/canonical.js'
import type { Change } from '../model/plan.js'

/**
 * The one order of a plan: by key, archives last. A caller that moves from an old flow to a new one must find the new
 * one before the old one closes.
 */
export function order<T extends Pick<Change, 'action' | 'key'>>(changes: readonly T[]): T[] {
  return changes.toSorted((a, b) => closes(a) - closes(b) || compareText(a.key, b.key))
}

function closes({ action }: Pick<Change, 'action'>): number {
  return action === 'archive' ? 1 : 0
}
