import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Migration } from '../migrations/migration.js'
import { beingUpdated, migrate, pendingOf, tooNew } from '../migrations/migrations.js'
import { kyselyStore } from '../queries/kysely-store.js'
import { fewAtOnce, QUICK, readAside } from '../queries/rows/pace.js'
import type { Store } from '../store.js'
import { MigrationsPending, StoreError } from '../store-error.js'
import { patient } from './busy.js'
import { connect, type Place } from './connect.js'
import { type Database, loadDriver } from './database.js'
import { tellingFailures } from './failure.js'
import { makeFile } from './file/make-file.js'
import { clearLeftovers } from './file/private-folder.js'
import { soleWriter } from './locks.js'
import { rateLimitsBeside } from './rate-limits.js'
import { readOnlyStore } from './read-only.js'
import { statisticsOf } from './statistics.js'

export interface SqliteOptions {
  /** Path of the store. The first writer makes its folder. */
  readonly file: string
  /** For people: its name in errors, if not the file. */
  readonly label?: string
  /** Never creates, migrates or writes: a missing file reads as an empty store until it appears. */
  readonly readOnly?: boolean
  /** How long to wait for another process that writes, in milliseconds. */
  readonly patience?: number
  /** Whether one transaction may change the whole store, as a restore does. What would undo it is then on disk. */
  readonly isLongWork?: boolean
  /** A folder whose packages may contain the driver, if this program came without one. */
  readonly driverFrom?: string | undefined
  /** What to do with a store that needs migrations: run them, which is the default, or throw `migrations_pending`. */
  readonly whenPending?: 'run' | 'refuse' | undefined
  /** Receives the names of the migrations that were run by this opening. */
  readonly ran?: ((migrations: readonly string[]) => void) | undefined
  /** The migrations of another version of this program, for tests. */
  readonly migrations?: readonly Migration[]
  /** Receives messages for the operator of a service on the store, each once. */
  readonly tell?: ((message: string) => void) | undefined
}

/** Longer than any deployment takes. */
const PATIENCE = 15_000

/** Opens the embedded store. Several processes may have it open, for reading and for writing. Throws StoreError. */
export async function openSqliteStore(options: SqliteOptions): Promise<Store> {
  const { file, readOnly = false, patience = PATIENCE, driverFrom, migrations, tell } = options
  const { label = `embedded store ${file}` } = options
  const whileBusy = patient(label, patience)
  const place = { Driver: await loadDriver(driverFrom), file, label, whileBusy, migrations, tell }
  return tellingFailures(readOnly ? readOnlyStore(place) : await openForWriting(place, patience, options), file)
}

async function openForWriting(place: Place, patience: number, options: SqliteOptions): Promise<Store> {
  const { Driver, file, label, migrations, tell } = place
  const { whenPending = 'run', ran, isLongWork = false } = options
  // Whoever may not run migrations makes no file either.
  if (whenPending === 'refuse' && !existsSync(file)) throw new MigrationsPending(label, pendingOf(null, migrations))
  prepareFile(place)
  let opened: Database | undefined
  const { db, age, pending, presence, close } = await connect(place, () => new Driver(file), {
    // In WAL mode readers and the writer do not block each other, and a killed process leaves no half transaction.
    prepare: (database) => {
      opened = database
      // Redacted data must not stay readable in the file: by default SQLite only marks its space as free.
      const safe = 'pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on'
      database.exec(`${safe}; pragma secure_delete = on`)
    },
    beforeClose: emptyLog,
  })
  const statistics = statisticsOf(db)
  try {
    if (age === 'too_new') throw tooNew(label)
    if (age !== 'current') {
      if (whenPending === 'refuse') throw new MigrationsPending(label, pending)
      if (age === 'too_old') tell?.(beingUpdated(label))
      const names = await migrate(db, { label, migrations })
      ran?.(names)
    }
    await statistics.keep()
    // What a savepoint would undo stays in memory: as a file it would be most of what a group of writes writes. Migrations
    // change too much at once for that.
    if (!isLongWork) opened?.exec('pragma temp_store = memory')
  } catch (error) {
    await close()
    throw error
  }
  const written = kyselyStore(db, { label, locks: soleWriter, close })
  // Reads have their own connection: they go on while a write waits for another process.
  const reading = { ...place, presence }
  const quick = readOnlyStore(reading, QUICK)
  // So do long reads: only other long reads queue behind them.
  const long = readOnlyStore(reading)
  const tooLong = () => new StoreError('busy', `${label} has been busy with long reads for too long`)
  const read = readAside(quick.read, fewAtOnce(long.read, { most: 1, patience, tooLong }))
  const { close: closeLimits, ...rateLimits } = rateLimitsBeside(place)
  /** SQLite reports an I/O error if its files go away under a statement. That they went away is the better message. */
  const orGone = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work
    } catch (error) {
      presence.check()
      throw error
    }
  }
  return {
    label,
    read: (work) => orGone(read(work)),
    write: async (work) => {
      const result = await orGone(written.write(work))
      statistics.keepSoon()
      return result
    },
    rateLimits,
    close: async () => {
      await closeLimits()
      await quick.close()
      await long.close()
      await written.close()
    },
  }
}

/**
 * Moves the writes from the log into the file. Closing does the same, except with a driver that keeps statements open:
 * then it would happen later, under a reader that expects no change.
 */
function emptyLog(database: Database): void {
  try {
    database.exec('pragma wal_checkpoint(truncate)')
  } catch {
    // Other processes use the store: the last one does it.
  }
}

/** The file will hold personal data: only its user may read it, and the files that SQLite makes beside it. */
function prepareFile({ Driver, file, label }: Place): void {
  try {
    prepareFolder(dirname(file))
    makeFile(file)
    // Copies that a killed restore has left here.
    clearLeftovers(Driver, dirname(file))
  } catch (cause) {
    throw new StoreError('unreadable', `${label} cannot be used: ${(cause as Error).message}`, { cause })
  }
}

/** The folder's contents concern only this machine, so git ignores them, unless people keep files there too. */
function prepareFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (readdirSync(folder).length === 0) writeFileSync(join(folder, '.gitignore'), '*\n')
}
