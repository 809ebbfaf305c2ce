import type { Kysely } from 'kysely'

export interface Migration {
  readonly name: string
  /** Runs on every dialect, inside a transaction. Once released, a migration never changes. */
  up(tx: Kysely<unknown>): Promise<void>
}
