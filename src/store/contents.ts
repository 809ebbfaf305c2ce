/** Rows of one table, in the store's own shape, which is the same in every store of one version. */
export interface Rows {
  readonly table: string
  readonly rows: readonly object[]
}

/** All that a store holds: for backups, and for moving from one store to another. */
export interface Contents {
  batches(): AsyncIterable<Rows>
  /** Drops everything and takes this instead. Others who write wait until the transaction is over. */
  replace(batches: AsyncIterable<Rows>): Promise<void>
  /** Whether nobody has used the store yet. */
  isEmpty(): Promise<boolean>
}
