import { Kysely } from 'kysely'
import type { Migration } from '../migrations/migration.js'
import { ageOf, beingUpdated, type MigrationRow, migrate, pendingOf, tooNew, tooOld } from '../migrations/migrations.js'
import { kyselyStore } from '../queries/kysely-store.js'
import { fewAtOnce, QUICK, readAside } from '../queries/rows/pace.js'
import type { Db, Tables } from '../queries/tables.js'
import type { Store } from '../store.js'
import { MigrationsPending, StoreError } from '../store-error.js'
import { isFault, parseDatabaseAddress } from './address.js'
import { postgresDialect } from './dialect.js'
import { busy, lossOf } from './failure.js'
import { advisoryLocks } from './locks.js'
import { openPool, type PoolOptions } from './pool.js'
import { retry, retrying } from './retry.js'

export interface PostgresOptions {
  /** postgres://user:password@host:port/database, as libpq writes it: see `parseDatabaseAddress`. */
  readonly url: string
  /** Never migrates: refuses a database without a store, or with an older one. */
  readonly readOnly?: boolean
  /** The most connections. */
  readonly poolSize?: number
  /** How long to wait for a connection or for a lock that others hold, in milliseconds. */
  readonly patience?: number
  /** How long one statement may take, in milliseconds. */
  readonly statementTimeout?: number
  /** What to do with a store that needs migrations: run them, which is the default, or throw `migrations_pending`. */
  readonly whenPending?: 'run' | 'refuse' | undefined
  /** Receives the names of the migrations that were run by this opening. */
  readonly ran?: ((migrations: readonly string[]) => void) | undefined
  /** The migrations of another version of this program, for tests. */
  readonly migrations?: readonly Migration[]
  /** Receives messages for the operator of a service on the store. */
  readonly tell?: ((message: string) => void) | undefined
}

const POOL_SIZE = 10
/** The most connections that long reads may hold at once. */
const LONG_READS = 2
/** Longer than any deployment takes. */
const PATIENCE = 15_000
const STATEMENT_TIMEOUT = 30_000
/** How long to wait for another process that migrates. */
const MIGRATION_PATIENCE = 10 * 60_000

/** Opens a store that several machines may share, and brings it up to date. Throws StoreError. */
export async function openPostgresStore(options: PostgresOptions): Promise<Store> {
  const { url, readOnly = false, poolSize = POOL_SIZE, patience = PATIENCE, migrations } = options
  const address = parseDatabaseAddress(url)
  if (isFault(address)) {
    throw new StoreError('unreadable', `PostgreSQL store cannot be used: its address is wrong: ${address.message}`)
  }
  const { label } = address
  const place: PoolOptions = {
    address,
    size: poolSize,
    connectTimeout: patience,
    lockTimeout: patience,
    statementTimeout: options.statementTimeout ?? STATEMENT_TIMEOUT,
    isForReading: readOnly,
  }
  const { db, close } = connect(place)
  try {
    // Each try looks first at what exists, so it may start again at any time.
    const prepare = async () => {
      const applied = await migrationsIn(db, label)
      const age = ageOf(applied, migrations)
      if (age === 'too_new') throw tooNew(label)
      if (age === 'current') return
      if (readOnly) throw age === 'blank' ? blank(label) : tooOld(label)
      if (options.whenPending === 'refuse') throw new MigrationsPending(label, pendingOf(applied, migrations))
      if (age === 'too_old') options.tell?.(beingUpdated(label))
      const names = await migratePatiently(place, migrations)
      options.ran?.(names)
    }
    await retry(prepare, { label, poolSize, isRepeatable: true })
  } catch (error) {
    await close()
    throw error
  }
  const locks = advisoryLocks
  const isUnanswered = (error: unknown) => lossOf(error) === 'never begun'
  const store = kyselyStore(db, { label, locks, close, isUnanswered, pace: QUICK })
  const long = kyselyStore(db, { label, locks, close, isUnanswered })
  const line = { most: LONG_READS, patience, tooLong: () => busy(undefined, label) }
  return retrying({ ...store, read: readAside(store.read, fewAtOnce(long.read, line)) }, poolSize)
}

interface Connected {
  readonly db: Db
  /** Closing twice does no harm. */
  close(): Promise<void>
}

function connect(place: PoolOptions): Connected {
  const db = new Kysely<Tables>({ dialect: postgresDialect(openPool(place)) })
  let closed: Promise<void> | undefined
  return {
    db,
    close: () => {
      closed ??= db.destroy()
      return closed
    },
  }
}

/** null if there is no migrations table. */
async function migrationsIn(db: Db, label: string): Promise<MigrationRow[] | null> {
  try {
    return await db
      .transaction()
      .setAccessMode('read only')
      .execute((tx) => tx.selectFrom('migrations').select(['name', 'breaking']).execute())
  } catch (error) {
    const { code } = error as { code?: unknown }
    if (code === UNDEFINED_TABLE) return null
    if (code === UNDEFINED_COLUMN) {
      throw new StoreError(
        'unreadable',
        `${label} holds somebody else's tables: the flows need a database of their own`,
      )
    }
    throw error
  }
}

const UNDEFINED_TABLE = '42P01'
const UNDEFINED_COLUMN = '42703'

/** Uses its own connection without a time limit, because large tables take long. */
async function migratePatiently(
  place: PoolOptions,
  migrations: readonly Migration[] | undefined,
): Promise<readonly string[]> {
  const { db, close } = connect({ ...place, size: 1, statementTimeout: 0, lockTimeout: MIGRATION_PATIENCE })
  try {
    return await migrate(db, {
      label: place.address.label,
      migrations,
      lock: (tx) => advisoryLocks.lock(tx, 'migrations'),
    })
  } finally {
    await close()
  }
}

function blank(label: string): StoreError {
  return new StoreError('too_old', `${label} holds no store yet: whoever opens it for writing makes one`)
}
