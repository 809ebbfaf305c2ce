import { marking } from './mark.js'

export const ALONE = '/* mostly alone */ '

/**
 * A statement that is mostly all that a read asks, and finds one row by its key. If it comes first it is asked without a
 * transaction. Where another statement follows after all, a transaction begins, and asks this one again: so both read one
 * snapshot.
 */
export const alone = marking(ALONE)

/** Something else was written between a statement that was asked alone and the one after it: the read starts again. */
export class SnapshotMoved extends Error {
  override readonly name = 'SnapshotMoved'
}

/** Throws SnapshotMoved if a statement that was asked again found something else. Rows are texts and numbers. */
export function sameRows(before: readonly unknown[], again: readonly unknown[]): void {
  if (JSON.stringify(before) !== JSON.stringify(again)) throw new SnapshotMoved()
}
