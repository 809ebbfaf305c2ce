import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { DatabaseConstructor } from '../../../src/store/sqlite/database.js'

/** Runs one statement. */
export type Ask = (sql: string) => Promise<Record<string, unknown>[]>

/**
 * Sessions like one that is there, over 60 days and over all flows, written as an administrator could: the store's own
 * triggers count them.
 */
export async function makeManySessions(ask: Ask, count: number, isPostgres: boolean): Promise<void> {
  const [template] = await ask('select * from verification_sessions limit 1')
  if (template === undefined) throw new Error('there is no session to go by')
  const number = isPostgres ? "lpad(n::text, 24, '0')" : "printf('%024d', n)"
  const values: Record<string, string> = {
    id: `'vs_' || ${number}`,
    created: `t.created - n % ${60 * 86_400}`,
    flow: 'f.id',
    flow_version: '1',
    status: "case when n % 10 < 6 then 'verified' when n % 10 = 6 then 'canceled' else 'requires_input' end",
  }
  const columns = Object.keys(template)
  const series = isPostgres
    ? `generate_series(1, ${count}) as s (n)`
    : `(with recursive s (n) as (select 1 union all select n + 1 from s where n < ${count}) select n from s) as s`
  await ask('create temporary table numbered as select row_number() over (order by id) - 1 as at, id from flows')
  await ask('create unique index numbered_at on numbered (at)')
  await ask(`insert into verification_sessions (${columns.join(', ')})
    select ${columns.map((name) => values[name] ?? `t.${name}`).join(', ')}
    from ${series}
    cross join (select * from verification_sessions limit 1) as t
    join numbered as f on f.at = n % (select count(*) from numbered)`)
  await ask('drop table numbered')
  if (isPostgres) await gathered(ask)
  // What PostgreSQL does by itself within a minute, and what would otherwise be measured instead of the pages.
  await ask(isPostgres ? 'vacuum analyze' : 'analyze')
}

/** Waits until the service has moved what was counted to where pages read it: a million at once take a while. */
async function gathered(ask: Ask): Promise<void> {
  while ((await ask('select 1 from session_count_deltas limit 1')).length > 0) await sleep(500)
}

export function askSqlite(Driver: DatabaseConstructor, file: string): { ask: Ask; close: () => void } {
  const database = new Driver(file)
  database.exec('pragma journal_mode = wal; pragma foreign_keys = on')
  return {
    ask: async (sql) => database.prepare(sql).all() as Record<string, unknown>[],
    close: () => database.close(),
  }
}

export async function askPostgres(connectionString: string): Promise<{ ask: Ask; close: () => Promise<void> }> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  return { ask: async (sql) => (await client.query(sql)).rows, close: () => client.end() }
}
