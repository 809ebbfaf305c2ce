import { type Kysely, SqliteAdapter, sql } from 'kysely'
import type { Migration } from './migration.js'

/**
 * Counts of sessions, by the day on which they were created, and two times of a session. Triggers keep the counts, in
 * the transaction that writes a session. So they are exact whoever writes: this program, an older one that runs beside
 * it, or an administrator. It only adds.
 *
 * With SQLite there is one writer at a time, and the trigger adds to the counts themselves. With PostgreSQL many
 * transactions create sessions of one flow at once: if each added to the same row, each would wait until the one before
 * is committed. There the trigger appends a row to `session_count_deltas`, which blocks nobody. The service moves these
 * rows into the counts every few seconds, and whoever reads adds both up.
 *
 * `flow_days` says only how many sessions each flow has, by single days and by spans of eight. A plan asks that of every
 * flow at once, and 30 days then take ten rows of a flow instead of sixty.
 */
export const sessionCounts: Migration = {
  name: '0016-session-counts',
  async up(tx) {
    for (const name of ['started', 'submitted']) {
      await tx.schema.alterTable('verification_sessions').addColumn(name, 'bigint').execute()
    }
    const isSqlite = tx.getExecutor().adapter instanceof SqliteAdapter
    await createCounts(tx, isSqlite)
    // The triggers come first: with PostgreSQL, making them waits for all other writers and keeps new ones out.
    for (const statement of isSqlite ? SQLITE_TRIGGERS : POSTGRES_TRIGGERS) await sql.raw(statement).execute(tx)
    await fill(tx, isSqlite)
  },
}

const MEASURES = ['sessions', 'started', 'submitted', 'processing', 'verified', 'successful', 'canceled']
const KEY = ['livemode', 'flow', 'day', 'flow_version', 'error_code']
const COLUMNS = [...KEY, ...MEASURES].join(', ')

async function createCounts(tx: Kysely<unknown>, isSqlite: boolean): Promise<void> {
  for (const name of ['session_counts', 'session_count_deltas'] as const) {
    let table = tx.schema.createTable(name).addColumn('livemode', 'integer', (column) => column.notNull())
    // In the order in which they were written, so that some can be taken.
    if (name === 'session_count_deltas') {
      table = table.addColumn('id', isSqlite ? 'integer' : 'bigserial', (column) => column.primaryKey())
    }
    table = table
      .addColumn('flow', 'text', (column) => column.notNull())
      .addColumn('day', 'bigint', (column) => column.notNull())
      .addColumn('flow_version', 'integer', (column) => column.notNull())
      .addColumn('error_code', 'text', (column) => column.notNull())
    for (const measure of MEASURES) table = table.addColumn(measure, 'bigint', (column) => column.notNull())
    if (name === 'session_counts') table = table.addPrimaryKeyConstraint('session_counts_pk', KEY as never[])
    // The rows of one flow then lie beside each other; PostgreSQL has no such tables.
    if (name === 'session_counts' && isSqlite) table = table.modifyEnd(sql`without rowid`)
    await table.execute()
  }
  const days = tx.schema
    .createTable('flow_days')
    .addColumn('livemode', 'integer', (column) => column.notNull())
    .addColumn('span', 'integer', (column) => column.notNull())
    .addColumn('day', 'bigint', (column) => column.notNull())
    .addColumn('flow', 'text', (column) => column.notNull())
    .addColumn('sessions', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('flow_days_pk', ['livemode', 'span', 'day', 'flow'])
  await (isSqlite ? days.modifyEnd(sql`without rowid`) : days).execute()
}

/** The days that a day is counted in, by how many they are: itself, and the first one of its span. */
const SPANS = { 1: 'day', 8: 'day - day % 8' } as const

/** What a session counts for, as a row of counts. `*` stands for all flows, and nothing for a session without one. */
function counted(row: string, errorCode: string, { sign = 1, isTotal = false } = {}): string {
  const one = (condition: string) => `${sign} * cast((${condition}) as integer)`
  const measures = [
    `${sign}`,
    one(`${row}.started is not null`),
    one(`${row}.submitted is not null`),
    one(`${row}.status = 'processing'`),
    one(`${row}.status = 'verified'`),
    one(`${row}.status = 'verified' and ${row}.submitted is not null`),
    one(`${row}.status = 'canceled'`),
  ]
  const flow = isTotal ? `'*', ${row}.created / 86400, 0` : ''
  const key = flow || `coalesce(${row}.flow, ''), ${row}.created / 86400, coalesce(${row}.flow_version, 0)`
  return `${row}.livemode, ${key}, ${errorCode}, ${measures.join(', ')}`
}

/** A text that is damaged counts as no error: it must not keep a session from being written. */
function sqliteError(row: string): string {
  return `case when json_valid(${row}.last_error) then coalesce(json_extract(${row}.last_error, '$.code'), '') else '' end`
}

function postgresError(row: string): string {
  return `coalesce(substring(${row}.last_error from '"code":"([^"]*)"'), '')`
}

function sqliteAddingDays(row: 'old' | 'new', sign: 1 | -1): string {
  const values = Object.entries(SPANS).map(
    ([span, day]) =>
      `(${row}.livemode, ${span}, ${day.replaceAll('day', `(${row}.created / 86400)`)}, coalesce(${row}.flow, ''), ${sign})`,
  )
  return `insert into flow_days (livemode, span, day, flow, sessions) values ${values.join(', ')}
    on conflict (livemode, span, day, flow) do update set sessions = sessions + excluded.sessions;`
}

const IS_CHANGED = ['status', 'last_error', 'started', 'submitted']
  .map((name) => `old.${name} is distinct from new.${name}`)
  .join(' or ')

function sqliteAdding(...rows: readonly (readonly ['old' | 'new', sign: 1 | -1])[]): string {
  const values = rows.flatMap(([row, sign]) =>
    [false, true].map((isTotal) => `(${counted(row, sqliteError(row), { sign, isTotal })})`),
  )
  const added = MEASURES.map((name) => `${name} = ${name} + excluded.${name}`)
  return `insert into session_counts (${COLUMNS}) values ${values.join(', ')}
    on conflict (${KEY.join(', ')}) do update set ${added.join(', ')};`
}

const SQLITE_TRIGGERS = [
  `create trigger sessions_inserted after insert on verification_sessions begin
    ${sqliteAdding(['new', 1])} ${sqliteAddingDays('new', 1)} end`,
  `create trigger sessions_deleted after delete on verification_sessions begin
    ${sqliteAdding(['old', -1])} ${sqliteAddingDays('old', -1)} end`,
  // SQLite writes "is not" for "is distinct from".
  `create trigger sessions_updated after update of status, last_error, started, submitted on verification_sessions
    when ${IS_CHANGED.replaceAll('is distinct from', 'is not')} begin ${sqliteAdding(['old', -1], ['new', 1])} end`,
]

/** Many rows of one statement are counted together: a backup is restored with thousands in each. */
function postgresFunction(name: string, sign: 1 | -1): string {
  const sums = MEASURES.map((measure) => `sum(${measure})`).join(', ')
  return `create function ${name}() returns trigger language plpgsql as $$ begin
    insert into session_count_deltas (${COLUMNS})
      select ${KEY.join(', ')}, ${sums}
      from (select ${counted('changed', postgresError('changed'), { sign })} from changed) as counted (${COLUMNS})
      group by ${KEY.join(', ')};
    return null;
  end $$`
}

const POSTGRES_TRIGGERS = [
  postgresFunction('count_inserted_sessions', 1),
  postgresFunction('count_deleted_sessions', -1),
  `create function count_updated_session() returns trigger language plpgsql as $$ begin
    insert into session_count_deltas (${COLUMNS}) values
      (${counted('old', postgresError('old'), { sign: -1 })}), (${counted('new', postgresError('new'))});
    return null;
  end $$`,
  `create trigger sessions_inserted after insert on verification_sessions
    referencing new table as changed for each statement execute function count_inserted_sessions()`,
  `create trigger sessions_deleted after delete on verification_sessions
    referencing old table as changed for each statement execute function count_deleted_sessions()`,
  `create trigger sessions_updated after update of status, last_error, started, submitted on verification_sessions
    for each row when (${IS_CHANGED}) execute function count_updated_session()`,
]

/** Counts the sessions that are there already. When they were started and submitted is not known. */
async function fill(tx: Kysely<unknown>, isSqlite: boolean): Promise<void> {
  const errorCode = isSqlite ? sqliteError('s') : postgresError('s')
  const sums = MEASURES.map((measure) => `sum(${measure})`).join(', ')
  for (const isTotal of [false, true]) {
    await sql
      .raw(`insert into session_counts (${COLUMNS})
        with counted (${COLUMNS}) as (select ${counted('s', errorCode, { isTotal })} from verification_sessions as s)
        select ${KEY.join(', ')}, ${sums} from counted group by ${KEY.join(', ')}`)
      .execute(tx)
  }
  for (const [span, day] of Object.entries(SPANS)) {
    await sql
      .raw(`insert into flow_days (livemode, span, day, flow, sessions)
        select livemode, ${span}, ${day}, flow, sum(sessions) from session_counts
        where flow <> '*' group by livemode, ${day}, flow`)
      .execute(tx)
  }
}
