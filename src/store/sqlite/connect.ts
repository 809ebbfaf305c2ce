import { Kysely } from 'kysely'
import type { Migration } from '../migrations/migration.js'
import { ageOf, type MigrationRow, pendingOf, type StoreAge } from '../migrations/migrations.js'
import type { Db, Tables } from '../queries/tables.js'
import { StoreError } from '../store-error.js'
import type { WhileBusy } from './busy.js'
import type { Database, DatabaseConstructor } from './database.js'
import { sqliteDialect } from './driver/dialect.js'
import { toStoreError } from './failure.js'
import { ALWAYS, openPresent, type Presence, presenceOf } from './file/presence.js'

/** Where a store is, and how to open it. */
export interface Place {
  readonly Driver: DatabaseConstructor
  readonly file: string
  /** For people. */
  readonly label: string
  readonly whileBusy: WhileBusy
  readonly migrations: readonly Migration[] | undefined
  /** Receives messages about the store for the operator, each once. */
  readonly tell?: ((message: string) => void) | undefined
  /** How long SQLite itself waits for a lock, in milliseconds; it blocks this process for that time. */
  readonly busyTimeout?: number
  /** By default that of the files found when it is opened. */
  readonly presence?: Presence
}

export interface Connection {
  readonly db: Db
  readonly age: StoreAge
  /** The migrations that the store still needs. */
  readonly pending: readonly string[]
  readonly presence: Presence
  /** Closing twice does no harm. */
  close(): Promise<void>
}

interface Surroundings {
  readonly prepare?: (database: Database) => void
  readonly beforeClose?: (database: Database) => void
  /** A file without migrations, such as that of the rate limits. */
  readonly isPlain?: boolean
}

/** In place of a file: a store in memory. */
export const IN_MEMORY = ':memory:'

/** Throws StoreError if the file is not a readable store. */
export async function connect(
  { file, label, whileBusy, migrations, tell, busyTimeout = 50, presence: given }: Place,
  open: () => Database,
  { prepare = () => {}, beforeClose = () => {}, isPlain = false }: Surroundings = {},
): Promise<Connection> {
  let database: Database | undefined
  try {
    const opened = await whileBusy(() => openPresent(file, label, open))
    database = opened
    // SQLite itself makes short waits; whileBusy makes longer ones without blocking this process.
    opened.exec(`pragma busy_timeout = ${busyTimeout}`)
    await whileBusy(() => prepare(opened))
    const applied = isPlain ? [] : await whileBusy(() => migrationsIn(opened, label))
    const age = isPlain ? 'current' : ageOf(applied, migrations)
    const pending = isPlain ? [] : pendingOf(applied, migrations)
    // After the first read the log is open too.
    const presence = given ?? (file === IN_MEMORY ? ALWAYS : presenceOf({ file, label, tell }))
    const db = new Kysely<Tables>({ dialect: sqliteDialect(opened, { whileBusy, presence }) })
    let isOpen = true
    const close = async () => {
      if (!isOpen) return
      isOpen = false
      beforeClose(opened)
      await db.destroy()
      opened.close()
    }
    return { db, age, pending, presence, close }
  } catch (cause) {
    database?.close()
    throw toStoreError(cause, label)
  }
}

/** null if there is no migrations table. */
function migrationsIn(database: Database, label: string): MigrationRow[] | null {
  const table = database.prepare("select 1 from sqlite_schema where type = 'table' and name = 'migrations'").get()
  if (table === undefined) {
    const other = database.prepare("select 1 from sqlite_schema where name not like 'sqlite\\_%' escape '\\'").get()
    if (other !== undefined) throw foreign(label)
    return null
  }
  const rows = database.prepare('select * from migrations').all() as MigrationRow[]
  if (rows.some(({ name }) => typeof name !== 'string')) throw foreign(label)
  return rows
}

function foreign(label: string): StoreError {
  return new StoreError('unreadable', `${label} cannot be used: the file holds somebody else's tables`)
}
