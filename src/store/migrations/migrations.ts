import type { Kysely, Transaction } from 'kysely'
import type { Db, Tables } from '../queries/tables.js'
import { StoreError } from '../store-error.js'
import { initial } from './0001-initial.js'
import { service } from './0002-service.js'
import { approvedDigest } from './0003-approved-digest.js'
import { deliveryPlaces } from './0004-deliveries.js'
import { listing } from './0005-listing.js'
import { keys } from './0006-keys.js'
import { originalRequest } from './0007-original-request.js'
import { work } from './0008-work.js'
import { given } from './0009-given.js'
import type { Migration } from './migration.js'

export const MIGRATIONS: readonly Migration[] = [
  initial,
  service,
  approvedDigest,
  deliveryPlaces,
  listing,
  keys,
  originalRequest,
  work,
  given,
]

/** How a store compares with this program; `blank` is a store without any table. */
export type StoreAge = 'blank' | 'too_old' | 'current' | 'too_new'

/** A row of the table of migrations. The first stores have no column `breaking`. */
export interface MigrationRow {
  readonly name: string
  readonly breaking?: number
}

/**
 * `applied` are the rows of the table of migrations; null where there is none. A store may be ahead of this program by
 * migrations that break nothing: a newer version is being rolled out, or was taken back.
 */
export function ageOf(applied: readonly MigrationRow[] | null, migrations = MIGRATIONS): StoreAge {
  if (applied === null) return 'blank'
  const known = new Set(migrations.map(({ name }) => name))
  // Without that column nobody can tell.
  if (applied.some(({ name, breaking = 1 }) => !known.has(name) && breaking !== 0)) return 'too_new'
  const names = new Set(applied.map(({ name }) => name))
  return migrations.every(({ name }) => names.has(name)) ? 'current' : 'too_old'
}

export interface MigrateOptions {
  /** For people. */
  readonly label: string
  readonly migrations?: readonly Migration[] | undefined
  /** Makes those who migrate at once wait for one another, where beginning a transaction does not do that already. */
  readonly lock?: (tx: Transaction<Tables>) => Promise<void>
}

/** Brings a store up to date, all in one transaction, so that nobody ever sees half a store. */
export async function migrate(db: Db, { label, migrations = MIGRATIONS, lock }: MigrateOptions): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await lock?.(tx)
    const rows = await tableOfMigrations(tx)
    // Somebody else may have been here since we looked.
    if (ageOf(rows, migrations) === 'too_new') throw tooNew(label)
    const applied = new Set(rows.map(({ name }) => name))
    for (const { name, isBreaking = false, up } of migrations) {
      if (applied.has(name)) continue
      await up(tx as unknown as Kysely<unknown>)
      await tx
        .insertInto('migrations')
        .values({ name, applied: Math.floor(Date.now() / 1000), breaking: Number(isBreaking) })
        .execute()
    }
  })
}

/** Makes the table of migrations what it is today, and reads it. */
async function tableOfMigrations(tx: Transaction<Tables>): Promise<MigrationRow[]> {
  await tx.schema
    .createTable('migrations')
    .ifNotExists()
    .addColumn('name', 'text', (column) => column.primaryKey().notNull())
    .addColumn('applied', 'bigint', (column) => column.notNull())
    .execute()
  const rows: MigrationRow[] = await tx.selectFrom('migrations').selectAll().execute()
  // The first version had no more columns, and wrote at least one row.
  if (!rows.some((row) => 'breaking' in row)) {
    await tx.schema
      .alterTable('migrations')
      .addColumn('breaking', 'integer', (column) => column.notNull().defaultTo(0))
      .execute()
  }
  return rows
}

/** Said before a store of an older version is changed: with much in it, that takes a while. */
export function beingUpdated(label: string): string {
  return `${label} is being updated for this version of the program; a store that holds much takes a minute or two`
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
