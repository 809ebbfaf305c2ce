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
import { keyBindings } from './0010-key-bindings.js'
import { verifierAnswers } from './0011-verifier-answers.js'
import { boundFlows } from './0012-bound-flows.js'
import { endingKeys } from './0013-ending-keys.js'
import { signIns } from './0014-sign-ins.js'
import { firstKeys } from './0015-first-keys.js'
import { sessionCounts } from './0016-session-counts.js'
import { editsLeft } from './0017-edits-left.js'
import { auditLog } from './0018-audit-log.js'
import { reviews } from './0019-reviews.js'
import { sessionLists } from './0020-session-lists.js'
import { durations } from './0021-durations.js'
import { picked } from './0022-picked.js'
import { flowsByProject } from './0023-flows-by-project.js'
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
  keyBindings,
  verifierAnswers,
  boundFlows,
  endingKeys,
  signIns,
  firstKeys,
  sessionCounts,
  editsLeft,
  auditLog,
  reviews,
  sessionLists,
  durations,
  picked,
  flowsByProject,
]

/** How a store's version compares with this program; `blank` is a store without tables. */
export type StoreAge = 'blank' | 'too_old' | 'current' | 'too_new'

/** A row of the migrations table. The first stores have no column `breaking`. */
export interface MigrationRow {
  readonly name: string
  readonly breaking?: number
}

/**
 * `applied` are the rows of the migrations table; null if there is no table. A store may be ahead of this program by
 * non-breaking migrations: a newer version is being rolled out, or was rolled back.
 */
export function ageOf(applied: readonly MigrationRow[] | null, migrations = MIGRATIONS): StoreAge {
  if (applied === null) return 'blank'
  const known = new Set(migrations.map(({ name }) => name))
  // Without that column an unknown migration may be breaking.
  if (applied.some(({ name, breaking = 1 }) => !known.has(name) && breaking !== 0)) return 'too_new'
  return pendingOf(applied, migrations).length === 0 ? 'current' : 'too_old'
}

/** The names of the migrations that a store still needs, in their order. */
export function pendingOf(applied: readonly MigrationRow[] | null, migrations = MIGRATIONS): readonly string[] {
  const names = new Set(applied?.map(({ name }) => name))
  return migrations.map(({ name }) => name).filter((name) => !names.has(name))
}

export interface MigrateOptions {
  /** For people. */
  readonly label: string
  readonly migrations?: readonly Migration[] | undefined
  /** Makes concurrent migrations wait for each other, if beginning a transaction does not do that already. */
  readonly lock?: (tx: Transaction<Tables>) => Promise<void>
}

/**
 * Brings a store up to date in one transaction, so that a half-migrated store is never visible. Returns the names of the
 * migrations that this call ran.
 */
export async function migrate(
  db: Db,
  { label, migrations = MIGRATIONS, lock }: MigrateOptions,
): Promise<readonly string[]> {
  return db.transaction().execute(async (tx) => {
    await lock?.(tx)
    const rows = await tableOfMigrations(tx)
    // Another process may have migrated since the first look.
    if (ageOf(rows, migrations) === 'too_new') throw tooNew(label)
    const pending = pendingOf(rows, migrations)
    for (const { name, isBreaking = false, up } of migrations) {
      if (!pending.includes(name)) continue
      await up(tx as unknown as Kysely<unknown>)
      await tx
        .insertInto('migrations')
        .values({ name, applied: Math.floor(Date.now() / 1000), breaking: Number(isBreaking) })
        .execute()
    }
    return pending
  })
}

/** Brings the migrations table up to date, and reads it. */
async function tableOfMigrations(tx: Transaction<Tables>): Promise<MigrationRow[]> {
  await tx.schema
    .createTable('migrations')
    .ifNotExists()
    .addColumn('name', 'text', (column) => column.primaryKey().notNull())
    .addColumn('applied', 'bigint', (column) => column.notNull())
    .execute()
  const rows: MigrationRow[] = await tx.selectFrom('migrations').selectAll().execute()
  // The first version had only these columns, and wrote at least one row.
  if (!rows.some((row) => 'breaking' in row)) {
    await tx.schema
      .alterTable('migrations')
      .addColumn('breaking', 'integer', (column) => column.notNull().defaultTo(0))
      .execute()
  }
  return rows
}

/** Shown before an older store is updated: a large one takes a while. */
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
