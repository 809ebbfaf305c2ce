import { join } from 'node:path'
import { Kysely, type LogEvent } from 'kysely'
import { describe, expect, onTestFinished, test } from 'vitest'
import { migrate } from '../../src/store/migrations/migrations.js'
import { isFault, parseDatabaseAddress } from '../../src/store/postgres/address.js'
import { postgresDialect } from '../../src/store/postgres/dialect.js'
import { advisoryLocks } from '../../src/store/postgres/locks.js'
import { openPool } from '../../src/store/postgres/pool.js'
import { kyselyStore } from '../../src/store/queries/kysely-store.js'
import type { Tables } from '../../src/store/queries/tables.js'
import { patient } from '../../src/store/sqlite/busy.js'
import { loadDriver } from '../../src/store/sqlite/database.js'
import { sqliteDialect } from '../../src/store/sqlite/driver/dialect.js'
import { soleWriter } from '../../src/store/sqlite/locks.js'
import type { Store } from '../../src/store/store.js'
import { aDatabase, query } from './databases.js'
import { type Call, EVERY_CALL, fill } from './every-query.js'
import { type Judge, judgeOfPostgres, judgeOfSqlite, type Statement } from './plans.js'
import { aFolder } from './stores.js'

/** More than one step of a list. */
const ROWS = 1_200

/** What may read all of a table or sort, and why. */
const EXEMPT: Readonly<Record<string, string>> = {
  'flows.inOrder': 'any flow of a mode may be the most used one',
  'flows.all': 'every flow of a mode is what it is asked for',
  'flows.drifted': 'its index holds the drifted flows of a mode alone, in the order of the answer',
  'sessionCounts.by': 'groups the counts of some days',
  'sessionCounts.ofFlows': 'groups the counts of some days',
  'sessionCounts.everyFlow': 'every flow of a mode is what it is asked for',
  'sessionCounts.mostUsed': 'any flow of a mode may be the most used one',
  'contents.replace': 'drops everything',
}

interface Watched {
  readonly store: Store
  /** The statements since it was asked last. */
  readonly seen: () => readonly Statement[]
  readonly judge: Judge
  readonly analyse: () => Promise<unknown>
}

function watching() {
  let statements: Statement[] = []
  const log = ({ query: { sql, parameters } }: LogEvent) => void statements.push({ sql, parameters })
  const seen = () => {
    const since = statements.filter(({ sql }) => /^\s*(?:\/\*.*?\*\/\s*)?(?:select|insert|update|delete)\b/.test(sql))
    statements = []
    return since
  }
  return { log, seen }
}

async function onSqlite(): Promise<Watched> {
  const Driver = await loadDriver()
  const database = new Driver(join(aFolder(), 'store.sqlite'))
  database.exec('pragma journal_mode = wal; pragma foreign_keys = on')
  const { log, seen } = watching()
  const db = new Kysely<Tables>({ dialect: sqliteDialect(database, { whileBusy: patient('store', 1_000) }), log })
  await migrate(db, { label: 'store' })
  const store = kyselyStore(db, { label: 'store', locks: soleWriter, close: () => db.destroy() })
  return { store, seen, judge: judgeOfSqlite(database), analyse: async () => database.exec('analyze') }
}

async function onPostgres(): Promise<Watched> {
  const url = await aDatabase()
  await query(url, 'alter role current_user set jit = off')
  const times = { connectTimeout: 30_000, lockTimeout: 30_000, statementTimeout: 60_000 }
  const { log, seen } = watching()
  const db = new Kysely<Tables>({
    dialect: postgresDialect(openPool({ address: addressOf(url), size: 2, isForReading: false, ...times })),
    log,
  })
  onTestFinished(() => db.destroy())
  await migrate(db, { label: 'store' })
  const store = kyselyStore(db, { label: 'store', locks: advisoryLocks, close: () => db.destroy() })
  return { store, seen, judge: await judgeOfPostgres(url), analyse: () => query(url, 'analyze') }
}

/** Every call of the port by name, and those that count requests. */
function everyCall(store: Store): [string, readonly Call[]][] {
  const calls = Object.entries(EVERY_CALL).flatMap(([group, part]) =>
    typeof part === 'function'
      ? [[group, [part]] as [string, readonly Call[]]]
      : Object.entries(part).map(([name, some]): [string, readonly Call[]] => [
          `${group}.${name}`,
          [some as Call].flat(),
        ]),
  )
  const { rateLimits } = store
  return [
    ...calls,
    ['rateLimits.take', [() => rateLimits.take('a', 1, 1, 1)]],
    ['rateLimits.forget', [() => rateLimits.forget(1)]],
  ]
}

function addressOf(url: string) {
  const address = parseDatabaseAddress(url)
  if (isFault(address)) throw new Error(address.message)
  return address
}

const ROLLED_BACK = new Error('rolled back')

async function undone(store: Store, call: Call): Promise<void> {
  const work = store.write(async (tx) => {
    await call(tx)
    throw ROLLED_BACK
  })
  await work.catch((error) => {
    if (error !== ROLLED_BACK) throw error
  })
}

/** What is wrong with the plans of every statement of every call: "sessions.list: SCAN ...: select ...". */
async function faults({ store, seen, judge }: Watched): Promise<Map<string, Set<string>>> {
  const found = new Map<string, Set<string>>()
  for (const [name, calls] of everyCall(store)) {
    const judged = new Set<string>()
    for (const call of calls) {
      seen()
      await (name.startsWith('rateLimits') ? call(undefined as never) : undone(store, call))
      for (const statement of seen()) {
        if (judged.has(statement.sql)) continue
        judged.add(statement.sql)
        for (const fault of await judge(statement)) {
          const all = found.get(name) ?? new Set()
          found.set(name, all.add(`${fault}: ${statement.sql}`))
        }
      }
    }
  }
  return found
}

describe.each([
  ['SQLite', onSqlite],
  ['PostgreSQL', onPostgres],
])('every query of the store on %s', (name, open) => {
  test('finds what it asks for by an index, in order, without statistics and with them', {
    timeout: 300_000,
  }, async () => {
    const watched = await open()
    await watched.store.write((tx) => fill(tx, ROWS))
    for (const statistics of ['without', 'with']) {
      if (statistics === 'with') await watched.analyse()
      const found = await faults(watched)
      for (const exempt of Object.keys(EXEMPT)) found.delete(exempt)
      expect(Object.fromEntries(found), `${statistics} statistics`).toEqual({})
      // Counted requests are not undone, and a table that has one row is planned as one.
      await watched.store.rateLimits.forget(2)
    }
  })

  test('is known to this test: nothing of the port is left out', async () => {
    const { store } = await open()
    const methods = await store.write(async (tx) =>
      Object.entries(tx).flatMap(([group, part]) =>
        typeof part === 'function' ? [group] : Object.keys(part).map((method) => `${group}.${method}`),
      ),
    )
    const known = everyCall(store).map(([call]) => call)
    expect(methods.filter((method) => !known.includes(method))).toEqual([])
    expect(Object.keys(EXEMPT).filter((exempt) => !known.includes(exempt))).toEqual([])
  })

  test('that no index answers is found out', async () => {
    const { store, judge } = await open()
    await store.write((tx) => fill(tx, 20))
    for (const sql of UNANSWERED) {
      const text = name === 'SQLite' ? sql.replace('$1', '?') : sql
      expect(await judge({ sql: text, parameters: sql.includes('$1') ? ['x'] : [] }), sql).not.toEqual([])
    }
  })
})

/** What no index answers. */
const UNANSWERED = [
  'select * from verification_sessions where return_url = $1',
  'select * from verification_sessions where livemode = 0 and return_url = $1',
  'select * from verification_sessions where livemode = 0 order by return_url limit 10',
  'select * from verification_sessions where status = $1 order by id',
  'select count(*) from events where data = $1',
  'delete from webhook_deliveries where attempts = 3',
  'update idempotency_keys set body = $1 where status = 200',
]
