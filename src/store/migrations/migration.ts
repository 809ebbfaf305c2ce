import type { Kysely } from 'kysely'

export interface Migration {
  readonly name: string
  /**
   * Whether older programs can no longer work on the store. Left out for additions such as a table, or a column with a
   * default: the old version keeps serving while a new one is rolled out.
   */
  readonly isBreaking?: boolean
  /** Runs on every dialect, inside a transaction. Once released, a migration never changes. */
  up(tx: Kysely<unknown>): Promise<void>
}
