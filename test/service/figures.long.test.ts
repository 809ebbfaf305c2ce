import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kysely, type LogEvent, sql } from 'kysely'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Frame } from '../../src/service/dashboard/frame.js'
import { PAGES } from '../../src/service/http/dashboard/sections/sections.js'
import type { LookupCall } from '../../src/service/operations/calls/call.js'
import { localUser } from '../../src/service/operations/calls/principal.js'
import { migrate } from '../../src/store/migrations/migrations.js'
import { isFault, parseDatabaseAddress } from '../../src/store/postgres/address.js'
import { postgresDialect } from '../../src/store/postgres/dialect.js'
import { advisoryLocks } from '../../src/store/postgres/locks.js'
import { openPool } from '../../src/store/postgres/pool.js'
import { kyselyStore } from '../../src/store/queries/kysely-store.js'
import type { Db, Tables } from '../../src/store/queries/tables.js'
import { patient } from '../../src/store/sqlite/busy.js'
import { loadDriver } from '../../src/store/sqlite/database.js'
import { sqliteDialect } from '../../src/store/sqlite/driver/dialect.js'
import { soleWriter } from '../../src/store/sqlite/locks.js'
import { aDatabase } from '../store/databases.js'
import { aFlowRecord, aSession, itsVersion } from '../store/records.js'
import type { Implementation } from '../store/stores.js'
import { aService } from './serving.js'

const FLOWS = 10_000
const DAYS = 30
/** Of each flow and day: a million in all, as evenly spread as makes the most rows. */
const SESSIONS = 3
const TODAY = Math.floor(1_790_000_000 / 86_400)
const ROUNDS = 4

type PageAsked = readonly [path: string, names: Record<string, string>, query: Record<string, string>]

const ASKED: Readonly<Record<string, PageAsked>> = {
  'flows, newest first': ['/flows', {}, {}],
  'flows, most used first': ['/flows', {}, { sort: 'used' }],
  'flows, by key': ['/flows', {}, { sort: 'key', skip: '5' }],
  'one flow': ['/flows/:flow', { flow: 'key-f7' }, {}],
  reports: ['/reports', {}, {}],
  'reports of one flow': ['/reports', {}, { flow: 'key-f7' }],
  'reports as a table': ['/reports.csv', {}, {}],
}

type Log = (event: LogEvent) => void

async function onSqlite(log: Log): Promise<Db> {
  const Driver = await loadDriver()
  const database = new Driver(join(mkdtempSync(join(tmpdir(), 'flows-')), 'store.sqlite'))
  database.exec('pragma journal_mode = wal; pragma foreign_keys = on')
  return new Kysely<Tables>({ dialect: sqliteDialect(database, { whileBusy: patient('store', 1_000) }), log })
}

async function onPostgres(log: Log): Promise<Db> {
  const address = parseDatabaseAddress(await aDatabase())
  if (isFault(address)) throw new Error(address.message)
  const times = { connectTimeout: 30_000, lockTimeout: 30_000, statementTimeout: 60_000 }
  return new Kysely<Tables>({
    dialect: postgresDialect(openPool({ address, size: 4, isForReading: false, ...times })),
    log,
  })
}

/** What a million sessions of 30 days are counted as, without the sessions: no page looks at them one by one. */
async function fillCounts(db: Db): Promise<void> {
  const spread = (flow: string) => sql`
    with recursive days (day) as (select ${sql.lit(TODAY - DAYS + 1)} union all select day + 1 from days where day < ${sql.lit(TODAY)}),
      codes (code) as (select '' union all select 'document_expired')
    insert into session_counts
      select 0, ${sql.raw(flow)}, day, ${flow === "'*'" ? sql`0` : sql`1`}, code, ${SESSIONS}, 2, 1, 0, 1, 1, 0
      from days cross join codes ${flow === "'*'" ? sql`` : sql`cross join flows`}`
  await spread('flows.id').execute(db)
  await spread("'*'").execute(db)
  for (const span of [1, 8]) {
    await sql`
      insert into flow_days select livemode, ${sql.lit(span)}, day - day % ${sql.lit(span)}, flow, sum(sessions)
      from session_counts where flow <> '*' group by livemode, day - day % ${sql.lit(span)}, flow`.execute(db)
  }
}

describe.each([
  ['SQLite', onSqlite, soleWriter],
  ['PostgreSQL', onPostgres, advisoryLocks],
] as const)('the pages with figures, on %s', (name, open, locks) => {
  test(`take no more statements with ${FLOWS} flows and a million sessions, and answer at once`, async () => {
    let statements: number[] = []
    const db = await open(({ query, queryDurationMillis }) => {
      if (/^\s*(?:select|with|insert|update|delete)\b/.test(query.sql)) statements.push(queryDurationMillis)
    })
    onTestFinished(() => db.destroy())
    await migrate(db, { label: 'store' })
    const store = kyselyStore(db, { label: 'store', locks, close: async () => {} })
    const place = { where: '', open: async () => store, settled: async () => {}, contents: async () => '' }
    const implementation: Implementation = { name, place: async () => place, made: async () => place }
    const { service } = await aService(implementation)
    const caller = { livemode: false, principal: localUser('tester') }
    const frame: Frame = {
      mode: 'test',
      person: { name: 'anna', role: 'viewer' },
      formToken: '',
      notice: null,
      may: () => true,
      editsManaged: false,
      forgeOf: () => null,
      assets: '',
      here: '',
      theme: null,
    }
    const show = async ([path = '', names, query]: PageAsked) => {
      statements = []
      const begun = performance.now()
      const row = PAGES.find((one) => one.path === path)
      const read = <T>(operation: (call: LookupCall) => Promise<T>) => service.read(caller, operation)
      const made = await row?.show(read, { names, query, path }, frame)
      expect(JSON.stringify(made).length).toBeGreaterThan(200)
      const inStore = statements.reduce((sum, one) => sum + one, 0)
      return { time: performance.now() - begun, inStore, count: statements.length }
    }
    const save = (from: number, to: number) =>
      store.write((tx) => {
        const flows = Array.from({ length: to - from }, (_, index) => aFlowRecord(`f${from + index}`))
        return tx.flows.save(
          flows,
          flows.map((flow) => itsVersion(flow)),
        )
      })
    await save(0, 30)
    await store.write((tx) => tx.sessions.insert(aSession('s', { flow: 'f7', flow_version: 1 })))
    const seen = async (path: PageAsked) => {
      const shown: Awaited<ReturnType<typeof show>>[] = []
      for (let round = 0; round < ROUNDS; round += 1) shown.push(await show(path))
      return { shown, counts: new Set(shown.map(({ count }) => count)) }
    }
    // What is read once for good is read before.
    await show(['/flows/:flow', { flow: 'key-f7' }, {}])
    const few: Record<string, Set<number>> = {}
    for (const [what, path] of Object.entries(ASKED)) few[what] = (await seen(path)).counts
    await store.write((tx) => tx.sessionCounts.gather())
    await save(30, FLOWS)
    await db.deleteFrom('session_counts').execute()
    await db.deleteFrom('flow_days').execute()
    await fillCounts(db)
    if (name === 'PostgreSQL') await sql`analyze`.execute(db)
    for (const [what, path] of Object.entries(ASKED)) {
      const { shown, counts } = await seen(path)
      const worst = (of: 'time' | 'inStore') => Math.max(...shown.map((one) => one[of])).toFixed(0)
      console.log(
        `${name}: ${what}: at most ${worst('time')} ms, of it ${worst('inStore')} ms in ${[...counts]} statements`,
      )
      expect([what, counts]).toEqual([what, few[what]])
    }
  })
})
