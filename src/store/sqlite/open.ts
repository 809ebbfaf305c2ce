import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Kysely } from 'kysely'
import { ageOf, migrate, type StoreAge, tooNew, tooOld } from '../migrations/migrations.js'
import { kyselyStore } from '../queries/kysely-store.js'
import type { Db, Tables } from '../queries/tables.js'
import type { Store } from '../store.js'
import { StoreError } from '../store-error.js'
import { resultCode, whileBusy } from './busy.js'
import { type Database, type DatabaseConstructor, loadDriver } from './database.js'
import { sqliteDialect } from './dialect.js'

export interface SqliteOptions {
  /** Path of the store. Its folder is made by the first writer. */
  readonly file: string
  /** Never creates, migrates or writes: a file that is not there reads as an empty store, now or later. */
  readonly readOnly?: boolean
}

/** Opens the embedded store. Several processes may have it open, for reading and for writing. Throws StoreError. */
export async function openSqliteStore({ file, readOnly = false }: SqliteOptions): Promise<Store> {
  const label = `embedded store ${file}`
  const Driver = await loadDriver()
  return readOnly ? readOnlyStore(Driver, file, label) : openForWriting(Driver, file, label)
}

async function openForWriting(Driver: DatabaseConstructor, file: string, label: string): Promise<Store> {
  prepareFolder(dirname(file), label)
  const { db, age } = await connect(
    () => new Driver(file),
    label,
    (database) => {
      // In this mode readers and one writer never wait for one another, and a killed process leaves no half transaction.
      database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on')
    },
  )
  try {
    if (age === 'too_new') throw tooNew(label)
    if (age !== 'current') await migrate(db)
  } catch (error) {
    await db.destroy()
    throw error
  }
  return kyselyStore(db, label)
}

/** Looks for the file with every read until it is there, so a reader opened early sees what a writer makes later. */
function readOnlyStore(Driver: DatabaseConstructor, file: string, label: string): Store {
  let opened: Promise<Store | null> | undefined
  let empty: Promise<Store> | undefined
  const store = async (): Promise<Store> => {
    opened ??= openForReading(Driver, file, label)
    try {
      const found = await opened
      if (found) return found
    } catch (error) {
      opened = undefined
      throw error
    }
    opened = undefined
    empty ??= emptyStore(Driver, label)
    return empty
  }
  return {
    label,
    read: async (work) => (await store()).read(work),
    write: async () => {
      throw new Error(`${label} is open for reading only`)
    },
    close: async () => {
      await (await opened?.catch(() => null))?.close()
      await (await empty)?.close()
    },
  }
}

/** null where there is no store yet: no file, or one that its writer has not filled yet. */
async function openForReading(Driver: DatabaseConstructor, file: string, label: string): Promise<Store | null> {
  if (!existsSync(file)) return null
  const { db, age } = await connect(() => new Driver(file, { readOnly: true }), label)
  if (age === 'current') return kyselyStore(db, label)
  await db.destroy()
  if (age === 'too_new') throw tooNew(label)
  if (age === 'too_old') throw tooOld(label)
  return null
}

async function emptyStore(Driver: DatabaseConstructor, label: string): Promise<Store> {
  const { db } = await connect(() => new Driver(':memory:'), label)
  await migrate(db)
  return kyselyStore(db, label)
}

async function connect(
  open: () => Database,
  label: string,
  prepare: (database: Database) => void = () => {},
): Promise<{ db: Db; age: StoreAge }> {
  let database: Database | undefined
  try {
    const opened = await whileBusy(label, open)
    database = opened
    // Short waits may be left to SQLite; longer ones are made by whileBusy, which lets this process go on meanwhile.
    opened.exec('pragma busy_timeout = 50')
    await whileBusy(label, () => prepare(opened))
    const tables = await whileBusy(label, () =>
      opened.prepare("select count(*) as n from sqlite_schema where name = 'migrations'").get(),
    )
    const db = new Kysely<Tables>({ dialect: sqliteDialect(opened, label) })
    return { db, age: await ageOf(db, (tables as { n: number }).n > 0) }
  } catch (cause) {
    database?.close()
    if (cause instanceof StoreError || resultCode(cause) === undefined) throw cause
    throw new StoreError('unreadable', `${label} cannot be opened: ${(cause as Error).message}`, { cause })
  }
}

/** What the folder holds concerns this machine only: git is told to pass it over, unless people keep files there too. */
function prepareFolder(folder: string, label: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    if (readdirSync(folder).length === 0) writeFileSync(join(folder, '.gitignore'), '*\n', { flag: 'wx' })
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST' && existsSync(join(folder, '.gitignore'))) return
    throw new StoreError('unreadable', `the folder of ${label} cannot be used: ${(cause as Error).message}`, { cause })
  }
}
