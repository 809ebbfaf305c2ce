import { type CompiledQuery, Kysely } from 'kysely'
import pg from 'pg'
import { describe, expect, onTestFinished, test } from 'vitest'
import { migrate } from '../../src/store/migrations/migrations.js'
import { postgresDialect } from '../../src/store/postgres/dialect.js'
import { advisoryLocks } from '../../src/store/postgres/locks.js'
import { openPostgresStore } from '../../src/store/postgres/open.js'
import { insertMany } from '../../src/store/queries/rows/insert-many.js'
import { YIELDING } from '../../src/store/queries/rows/pace.js'
import type { DeliveriesTable, Tables } from '../../src/store/queries/tables.js'
import { deliveryQueries } from '../../src/store/queries/webhooks/deliveries.js'
import { patient } from '../../src/store/sqlite/busy.js'
import { loadDriver } from '../../src/store/sqlite/database.js'
import { sqliteDialect } from '../../src/store/sqlite/driver/dialect.js'
import { soleWriter } from '../../src/store/sqlite/locks.js'
import { aDatabase } from './databases.js'
import { aDelivery } from './records.js'
import { aFolder, stores } from './stores.js'

const NOW = 1_790_000_000

/** Rows of a backlog: of each object one that is due, two that wait for it, and one that is to be tried again later. */
function backlog(endpoint: string, objects: number): DeliveriesTable[] {
  return Array.from({ length: objects }, (_, n) => {
    const object = `vs_${n}`
    const one = (suffix: string, more: Partial<DeliveriesTable>): DeliveriesTable => ({
      ...aDelivery(`whd_${endpoint}_${String(n).padStart(6, '0')}_${suffix}`, { endpoint, object }),
      livemode: 0,
      place: 'first',
      ...more,
    })
    return [
      one('a', { attempts: 4, place: 'aside', next_attempt: NOW + 600 }),
      one('b', {}),
      one('c', { place: 'behind' }),
      one('d', { place: 'behind' }),
    ]
  }).flat()
}

/** What a look and a claim ask of a store, with a backlog to one endpoint and little to two others. */
async function asked(db: Kysely<Tables>, queries: CompiledQuery[], locks = soleWriter) {
  const deliveries = deliveryQueries(db, locks, YIELDING)
  queries.length = 0
  expect(await deliveries.hasDue({ now: NOW, except: ['we_dead'] })).toBe(true)
  expect(await deliveries.hasDue({ now: NOW, except: ['we_dead', 'we_1', 'we_2'] })).toBe(false)
  const looked = [...queries]
  const claimed = await deliveries.claim({
    now: NOW,
    leaseUntil: NOW + 30,
    limit: 32,
    roomOf: () => 8,
    patience: 3,
    except: [],
  })
  // One endpoint takes nothing from the others.
  expect(claimed.map(({ endpoint }) => endpoint).sort()).toEqual(
    [...Array.from({ length: 2 }, () => ['we_1', 'we_2']).flat(), ...Array.from({ length: 8 }, () => 'we_dead')].sort(),
  )
  return [...looked, ...queries.slice(looked.length)].filter(({ sql }) => /^\s*(select|with|update)/.test(sql))
}

describe('what a claim costs on SQLite', () => {
  test.each([false, true])('is entering indexes of what may be sent; with statistics: %s', async (analysed) => {
    const Driver = await loadDriver()
    const database = new Driver(`${aFolder()}/store.sqlite`)
    onTestFinished(() => database.close())
    const queries: CompiledQuery[] = []
    const db = new Kysely<Tables>({
      dialect: sqliteDialect(database, { whileBusy: patient('store', 100) }),
      log: ({ query }) => void queries.push(query),
    })
    await migrate(db, { label: 'store' })
    await insertMany(db, 'webhook_deliveries', [
      ...backlog('we_dead', 1000),
      ...backlog('we_1', 2),
      ...backlog('we_2', 2),
    ])
    if (analysed) database.exec('analyze')
    const seen = await asked(db, queries)
    const steps = seen.flatMap(({ sql, parameters }) =>
      database
        .prepare(`explain query plan ${sql}`)
        .all(...(parameters as (string | number)[]))
        .map((row) => String((row as { detail: unknown }).detail)),
    )
    const walks = steps.filter((step) => /webhook_|^SCAN|TEMP B-TREE/.test(step))
    expect(walks.length).toBeGreaterThan(10)
    const expected = [
      // From one endpoint to the next, and as many of each as are wanted: every one with a limit.
      /^SCAN webhook_deliveries USING INDEX deliveries_ready$/,
      /^SEARCH webhook_deliveries USING INDEX deliveries_ready \(endpoint>\?\)$/,
      // Empty while no older program is at work.
      /^SCAN webhook_deliveries USING (COVERING )?INDEX deliveries_(unplaced|misplaced)$/,
      /^SEARCH webhook_deliveries USING INDEX sqlite_autoindex_webhook_deliveries_1 \(id=\?\)$/,
      /^SCAN (waiting|ready|\d+ CONSTANT ROWS?|CONSTANT ROW|\(subquery-\d+\))$/,
    ]
    expect(walks.filter((step) => !expected.some((one) => one.test(step)))).toEqual([])
  })
})

describe('what a claim costs on PostgreSQL', () => {
  test('is as many rows looked at, however much is pending, with statistics and without', async () => {
    const url = await aDatabase()
    await (await openPostgresStore({ url, poolSize: 1 })).close()
    const pool = new pg.Pool({ connectionString: url, max: 1, types: { getTypeParser: numbers } })
    onTestFinished(() => pool.end())
    const queries: CompiledQuery[] = []
    const db = new Kysely<Tables>({ dialect: postgresDialect(pool), log: ({ query }) => void queries.push(query) })
    await pool.query('alter table webhook_deliveries set (autovacuum_enabled = false)')
    const looked: number[] = []
    for (const [objects, analysed] of [
      [500, false],
      [8000, false],
      [8000, true],
    ] as const) {
      await pool.query('truncate webhook_deliveries, webhook_attempts')
      for (const endpoint of ['we_1', 'we_2']) await insertMany(db, 'webhook_deliveries', backlog(endpoint, 2))
      await insertMany(db, 'webhook_deliveries', backlog('we_dead', objects))
      if (analysed) await pool.query('analyze webhook_deliveries')
      let seen: CompiledQuery[] = []
      await db
        .transaction()
        .execute(async (tx) => {
          seen = await asked(tx, queries, advisoryLocks)
          throw ROLLBACK
        })
        .catch((error) => expect(error).toBe(ROLLBACK))
      let rows = 0
      await pool.query('begin')
      for (const { sql, parameters } of seen) {
        const { rows: answer } = await pool.query(`explain (analyze, timing off, format json) ${sql}`, [...parameters])
        rows += rowsOf(answer[0]['QUERY PLAN'][0].Plan)
      }
      await pool.query('rollback')
      looked.push(rows)
    }
    const [few, many, analysed] = looked
    expect(few).toBeLessThan(400)
    expect([many, analysed]).toEqual([few, few])
  })
})

const ROLLBACK = new Error('rolled back')
const numbers = (type: number) => (type === 20 ? Number : pg.types.getTypeParser(type))

interface PlanNode {
  readonly 'Node Type': string
  readonly 'Actual Rows': number
  readonly 'Actual Loops': number
  readonly 'Rows Removed by Filter'?: number
  readonly Plans?: readonly PlanNode[]
}

/** Rows that the plan went over in all, those that it threw away too. */
function rowsOf(node: PlanNode): number {
  const own = (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops']
  return Math.round(own) + (node.Plans ?? []).reduce((sum, inner) => sum + rowsOf(inner), 0)
}

for (const implementation of stores) {
  describe(`deliveries that an older program left on ${implementation.name}`, () => {
    test('are given their places, in order, and what it ended makes room for the next', async () => {
      const store = await (await implementation.place()).open()
      const object = 'vs_1'
      const row = (id: string, more: Partial<DeliveriesTable> = {}) => ({
        ...aDelivery(id, { object }),
        livemode: 0,
        place: null,
        ...more,
      })
      // As a backup holds them that an older program made.
      await store.write((tx) =>
        tx.contents.replace(
          (async function* () {
            yield {
              table: 'webhook_deliveries',
              rows: [
                row('whd_1', { attempts: 5, next_attempt: NOW + 600 }),
                row('whd_2'),
                row('whd_3'),
                row('whd_4', { status: 'succeeded', next_attempt: null }),
                row('whd_5', { object: 'vs_2', status: 'succeeded', place: 'first', next_attempt: null }),
                row('whd_6', { object: 'vs_2', place: 'behind' }),
              ],
            }
          })(),
        ),
      )
      await store.write((tx) => tx.deliveries.insert([aDelivery('whd_7', { object })]))
      const which = { now: NOW, except: [] }
      const claim = async () => {
        const claimed = await store.write((tx) =>
          tx.deliveries.claim({ ...which, leaseUntil: NOW + 30, limit: 10, roomOf: () => 8, patience: 3 }),
        )
        return claimed.map(({ id }) => id)
      }
      const settle = (delivery: string) =>
        store.write((tx) =>
          tx.deliveries.settle(
            { delivery, number: 1, duration: 1, response_status: 200, error: null },
            { status: 'succeeded', next_attempt: null },
          ),
        )
      expect(await store.read((tx) => tx.deliveries.hasDue(which))).toBe(true)
      expect(await claim()).toEqual(['whd_2', 'whd_6'])
      expect(await store.read((tx) => tx.deliveries.hasDue(which))).toBe(false)
      await settle('whd_2')
      expect(await claim()).toEqual(['whd_3'])
      await settle('whd_3')
      expect(await claim()).toEqual(['whd_7'])
    })
  })
}
