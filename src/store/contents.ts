/** Rows of one table, in the store's own shape. All stores of one version have the same shape. */
export interface Rows {
  readonly table: string
  readonly rows: readonly object[]
}

/** Everything that a store holds: for backups, and for moving from one store to another. */
export interface Contents {
  batches(): AsyncIterable<Rows>
  /** Replaces everything in the store. Other writers wait until the transaction is over. */
  replace(batches: AsyncIterable<Rows>): Promise<void>
  /** Whether the store is still unused. */
  isEmpty(): Promise<boolean>
}
