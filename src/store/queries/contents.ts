import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { Contents, Rows } from '../contents.js'
import type { Locks } from './locks.js'
import { insertMany } from './rows/insert-many.js'
import type { Db, Tables } from './tables.js'

/** Rows read at once: few enough for memory, many enough to be fast. */
const BATCH = 1000

/**
 * The primary key of every table, in an order for inserting: referenced tables come first. Not included are the
 * migrations table, which describes the store itself; the counters, which expire within a minute; the counts of sessions,
 * which follow from those; and who is signed in: a backup that is restored signs nobody in.
 */
const KEYS = {
  meta: ['name'],
  state_revision: ['livemode'],
  flows: ['id'],
  flow_versions: ['flow', 'version'],
  sightings: ['livemode', 'stripe_flow'],
  deployments: ['id'],
  deployment_changes: ['deployment', 'position'],
  edits_left: ['deployment', 'position'],
  verification_sessions: ['id'],
  verification_reports: ['id'],
  session_reviews: ['id'],
  events: ['id'],
  webhook_endpoints: ['id'],
  webhook_deliveries: ['id'],
  webhook_attempts: ['delivery', 'number'],
  api_keys: ['id'],
  ephemeral_keys: ['id'],
  idempotency_keys: ['livemode', 'key'],
  work: ['id'],
  audit_log: ['id'],
} as const satisfies {
  readonly [Name in Exclude<
    keyof Tables,
    'migrations' | 'rate_windows' | 'sign_in_links' | 'sign_ins' | (typeof COUNTS)[number]
  >]: readonly (keyof Tables[Name])[]
}

/** Written by triggers. */
const COUNTS = ['session_counts', 'session_count_deltas', 'flow_days'] as const

const TABLES = Object.keys(KEYS) as (keyof typeof KEYS)[]

export function contentsQueries(db: Db, locks: Locks): Contents {
  return {
    async *batches() {
      for (const table of TABLES) yield* batchesOf(db, table)
    },
    async replace(batches) {
      // Otherwise rows written by others at the same time would remain, or refer to deleted rows.
      await locks.lockAll(db)
      for (const table of TABLES.toReversed()) await db.deleteFrom(table).execute()
      // What is left of them are zeros.
      for (const table of COUNTS) await db.deleteFrom(table).execute()
      for await (const { table, rows } of batches) await insertMany(db, table as keyof Tables, rows as never)
      // A client with an old state must not take it for one of the new states.
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
