import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Migration } from '../../src/store/migrations/migration.js'
import { openPostgresStore } from '../../src/store/postgres/open.js'
import { loadDriver } from '../../src/store/sqlite/database.js'
import { openSqliteStore } from '../../src/store/sqlite/open.js'
import type { Store } from '../../src/store/store.js'
import { aDatabase, aStoreDatabase, contentsOf, noConnections } from './databases.js'

/**
 * One implementation of the store. `place` makes room for a new store, which whoever opens it first makes; `made` makes
 * the store as well, for tests of other things. Every call of `open` opens that store once more.
 */
export interface Implementation {
  readonly name: string
  place(): Promise<Place>
  made(): Promise<Place>
}

export interface Place {
  /** What a program is told to find it: a file, or the address of a database. */
  readonly where: string
  /** Until the test ends. */
  open(options?: OpenOptions): Promise<Store>
  /** Resolves once nothing that a killed process began is still going on. */
  settled(): Promise<void>
  /** All that it holds, as text. */
  contents(): Promise<string>
}

interface OpenOptions {
  readonly migrations?: readonly Migration[]
  readonly readOnly?: boolean
  readonly patience?: number
  readonly tell?: (message: string) => void
  readonly whenPending?: 'run' | 'refuse'
  readonly ran?: (migrations: readonly string[]) => void
}

/** A folder that is gone when the test ends. */
export function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'flows-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export const sqlite: Implementation = {
  name: 'SQLite',
  place: async () => sqlitePlace(),
  made: async () => {
    const made = sqlitePlace()
    await makeStore(made.where)
    return made
  },
}

/** The file of a store that nothing was written to. */
let newStore: Promise<Buffer> | undefined

/** Puts a new store into a file. It is copied: to run its migrations takes ten times as long. */
export async function makeStore(file: string): Promise<void> {
  newStore ??= aNewStore()
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, await newStore, { mode: 0o600 })
  const Driver = await loadDriver()
  const database = new Driver(file)
  // Secrets of its own.
  database.exec('update meta set value = lower(hex(randomblob(length(value) / 2)))')
  database.close()
}

async function aNewStore(): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'flows-'))
  const file = join(folder, 'store.sqlite')
  await (await openSqliteStore({ file })).close()
  const bytes = readFileSync(file)
  rmSync(folder, { recursive: true })
  return bytes
}

function sqlitePlace(): Place {
  const file = join(aFolder(), 'store', 'store.sqlite')
  return {
    where: file,
    open: (options) => untilTestEnds(openSqliteStore({ file, ...options })),
    settled: async () => {},
    contents: async () =>
      readdirSync(dirname(file))
        .map((name) => readFileSync(join(dirname(file), name), 'utf8'))
        .join(),
  }
}

export const postgres: Implementation = {
  name: 'PostgreSQL',
  place: async () => postgresPlace(await aDatabase()),
  made: async () => postgresPlace(await aStoreDatabase()),
}

function postgresPlace(url: string): Place {
  return {
    where: url,
    open: (options) => untilTestEnds(openPostgresStore({ url, poolSize: 5, ...options })),
    settled: () => noConnections(url),
    contents: () => contentsOf(url),
  }
}

async function untilTestEnds(opening: Promise<Store>): Promise<Store> {
  const store = await opening
  onTestFinished(() => store.close())
  return store
}

const isEmbeddedOnly = ['quick', 'embedded'].includes(process.env.FLOWS_TEST_LANE ?? '')

/** What holds for every store is tested on both; in the lanes of the embedded one on that alone, at half the time. */
export const stores: readonly Implementation[] = isEmbeddedOnly ? [sqlite] : [sqlite, postgres]

/**
 * What the service does whatever its store is, which has tests of its own, is tested on one store in each lane: on the
 * embedded one in its lanes, on PostgreSQL in the whole suite. CI runs both.
 */
export const storeOfTheLane: readonly Implementation[] = isEmbeddedOnly ? [sqlite] : [postgres]
