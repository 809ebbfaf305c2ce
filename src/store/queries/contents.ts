import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { Contents, Rows } from '../contents.js'
import type { Locks } from './locks.js'
import { insertMany } from './rows/insert-many.js'
import type { Db, Tables } from './tables.js'

/** Rows read at once: few enough to be held, many enough to be quick. */
const BATCH = 1000

/**
 * The primary key of every table, in an order in which rows may be inserted: what is referred to comes first. Left out are
 * the table of migrations, which is about the store and not in it, and counters that are past in a minute.
 */
const KEYS = {
  meta: ['name'],
  state_revision: ['livemode'],
  flows: ['id'],
  flow_versions: ['flow', 'version'],
  deployments: ['id'],
  deployment_changes: ['deployment', 'position'],
  verification_sessions: ['id'],
  verification_reports: ['id'],
  events: ['id'],
  webhook_endpoints: ['id'],
  webhook_deliveries: ['id'],
  webhook_attempts: ['delivery', 'number'],
  api_keys: ['id'],
  ephemeral_keys: ['id'],
  idempotency_keys: ['livemode', 'key'],
  work: ['id'],
} as const satisfies {
  readonly [Name in Exclude<keyof Tables, 'migrations' | 'rate_windows'>]: readonly (keyof Tables[Name])[]
}

const TABLES = Object.keys(KEYS) as (keyof typeof KEYS)[]

export function contentsQueries(db: Db, locks: Locks): Contents {
  return {
    async *batches() {
      for (const table of TABLES) yield* batchesOf(db, table)
    },
    async replace(batches) {
      // Else what others write meanwhile would stay beside it, or refer to what is gone.
      await locks.lockAll(db)
      for (const table of TABLES.toReversed()) await db.deleteFrom(table).execute()
      for await (const { table, rows } of batches) await insertMany(db, table as keyof Tables, rows as never)
      // Whoever remembers a state of before must not take it for one of these.
      await db
        .updateTable('state_revision')
        .set(() => ({ nonce: randomBytes(8).toString('hex') }))
        .execute()
    },
    async isEmpty() {
      for (const table of ['flows', 'api_keys', 'verification_sessions', 'webhook_endpoints'] as const) {
        if ((await db.selectFrom(table).select('id').limit(1).execute()).length > 0) return false
      }
      return true
    },
  }
}

async function* batchesOf(db: Db, table: keyof typeof KEYS): AsyncGenerator<Rows> {
  const names: readonly string[] = KEYS[table]
  const key = sql.join(names.map((name) => sql.ref(name)))
  let last: Readonly<Record<string, unknown>> | undefined
  for (;;) {
    const values = last && sql.join(names.map((name) => sql.val(last?.[name])))
    const beyond = values ? sql`where (${key}) > (${values})` : sql``
    const query = sql<
      Record<string, unknown>
    >`select * from ${sql.table(table)} ${beyond} order by ${key} limit ${BATCH}`
    const { rows } = await query.execute(db)
    if (rows.length > 0) yield { table, rows }
    if (rows.length < BATCH) return
    last = rows.at(-1)
  }
}
