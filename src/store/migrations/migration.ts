import type { Kysely } from 'kysely'

export interface Migration {
  readonly name: string
  /**
   * Whether programs that do not know it can no longer work on the store. Left out for what only adds, such as a table,
   * or a column with a default: while a new version is rolled out, the old one goes on serving.
   */
  readonly isBreaking?: boolean
  /** Runs on every dialect, inside a transaction. Once released, a migration never changes. */
  up(tx: Kysely<unknown>): Promise<void>
}
