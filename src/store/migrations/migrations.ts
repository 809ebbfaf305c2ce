import type { Kysely, Transaction } from 'kysely'
import type { Db, Tables } from '../queries/tables.js'
import { StoreError } from '../store-error.js'
import { initial } from './0001-initial.js'
import { service } from './0002-service.js'
import type { Migration } from './migration.js'

const MIGRATIONS: readonly Migration[] = [initial, service]

/** How a store compares with this program; `blank` is a store without any table. */
export type StoreAge = 'blank' | 'too_old' | 'current' | 'too_new'

/** `applied` are the names in the table of migrations; null where there is none. */
export function ageOf(applied: readonly string[] | null): StoreAge {
  if (applied === null) return 'blank'
  if (applied.some((name) => !MIGRATIONS.some((migration) => migration.name === name))) return 'too_new'
  return applied.length < MIGRATIONS.length ? 'too_old' : 'current'
}

/**
 * Brings a store up to date, all in one transaction, so that nobody ever sees half a store. Several processes may do so
 * at once: `lock` makes them wait for one another, where beginning a transaction does not do that already.
 */
export async function migrate(db: Db, lock: (tx: Transaction<Tables>) => Promise<void> = async () => {}) {
  await db.transaction().execute(async (tx) => {
    await lock(tx)
    await tx.schema
      .createTable('migrations')
      .ifNotExists()
      .addColumn('name', 'text', (column) => column.primaryKey().notNull())
      .addColumn('applied', 'bigint', (column) => column.notNull())
      .execute()
    const rows = await tx.selectFrom('migrations').select('name').execute()
    const applied = new Set(rows.map(({ name }) => name))
    for (const migration of MIGRATIONS) {
      if (applied.has(migration.name)) continue
      await migration.up(tx as unknown as Kysely<unknown>)
      await tx
        .insertInto('migrations')
        .values({ name: migration.name, applied: Math.floor(Date.now() / 1000) })
        .execute()
    }
  })
}

export function tooNew(label: string): StoreError {
  return new StoreError('too_new', `${label} was written by a newer version of this program: update it`)
}

export function tooOld(label: string): StoreError {
  return new StoreError(
    'too_old',
    `${label} was written by an older version of this program: the next write updates it`,
  )
}
