import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { expect, onTestFinished, vi } from 'vitest'
import { openPostgresStore } from '../../src/store/postgres/open.js'

/** Databases of this process that no test uses at the moment: emptying one is quicker than making one. They go with the server. */
const free: string[] = []
/** The same of those that hold a store. */
const freeStores: MadeStore[] = []

/** The address of an empty PostgreSQL database, for one test. Every test has a database of its own. */
export async function aDatabase(): Promise<string> {
  const name = free.pop()
  const url = name === undefined ? await newDatabase() : await emptied(name)
  onTestFinished(() => void free.push(databaseOf(url)))
  return url
}

/** The address of a PostgreSQL database with a new store in it: quicker than to have one made by opening it. */
export async function aStoreDatabase(): Promise<string> {
  const used = freeStores.pop()
  const isNew = used !== undefined && (await renewed(used))
  const store = isNew ? used : await newStore()
  onTestFinished(() => void freeStores.push(store))
  return store.url
}

/** Runs statements on a database as its administrator, without the store around it. */
export async function query<Row extends object>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Row>(sql)).rows
  } finally {
    await client.end()
  }
}

/** Every row of every table, as text. */
export async function contentsOf(url: string): Promise<string> {
  const tables = await query<{ name: string }>(
    url,
    "select tablename as name from pg_tables where schemaname = 'public'",
  )
  const rows: { row: string }[] = []
  for (const { name } of tables)
    rows.push(...(await query<{ row: string }>(url, `select t::text as row from "${name}" t`)))
  return rows.map(({ row }) => row).join('\n')
}

/** Resolves once the store has no connection to a database: the server has seen that its processes are gone. */
export async function noConnections(url: string): Promise<void> {
  const others = `select 1 from pg_stat_activity where application_name = 'verification-flows' and datname = current_database()`
  await vi.waitFor(async () => expect(await query(url, others)).toEqual([]), { timeout: 200_000 })
}

async function newDatabase(): Promise<string> {
  const name = `flows_test_${randomBytes(8).toString('hex')}`
  await query(server(), `create database ${name}`)
  return at(name)
}

async function emptied(name: string): Promise<string> {
  // A process that was killed may still have connections, with locks.
  await query(
    at(name),
    `select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = '${name}' and pid <> pg_backend_pid();
     drop schema public cascade; create schema public`,
  )
  return at(name)
}

interface MadeStore {
  readonly url: string
  readonly administrator: pg.Client
  /** Its tables as they were made, in a few letters. */
  readonly shape: string
  /** The rows that it was made with. */
  readonly rows: readonly { readonly table: string; readonly rows: string }[]
}

async function newStore(): Promise<MadeStore> {
  const url = await newDatabase()
  await (await openPostgresStore({ url, poolSize: 1 })).close()
  const administrator = new pg.Client({ connectionString: url })
  // A test may end all connections of a database.
  administrator.on('error', () => {})
  await administrator.connect()
  const rows = []
  for (const table of await tablesOf(administrator)) {
    const { rows: found } = await administrator.query(`select json_agg(t)::text as rows from "${table}" t`)
    if (found[0].rows !== null) rows.push({ table, rows: found[0].rows })
  }
  return { url, administrator, shape: await shapeOf(administrator), rows }
}

/** Whether a store could be made what a new one is: without traces of the last test, and with secrets of its own. */
async function renewed({ url, administrator, shape, rows }: MadeStore): Promise<boolean> {
  try {
    // A process that was killed may still have connections, with locks.
    await administrator.query(
      'select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()',
      [databaseOf(url)],
    )
    if ((await shapeOf(administrator)) !== shape) return false
    const tables = await tablesOf(administrator)
    await administrator.query(
      [
        'begin',
        // Rows come and go in any order.
        'set local session_replication_role = replica',
        ...tables.map((table) => `delete from "${table}"`),
        ...rows.map((one) => {
          return `insert into "${one.table}" select * from json_populate_recordset(null::"${one.table}", '${one.rows}')`
        }),
        'update meta set value = substr(md5(random()::text) || md5(random()::text), 1, length(value))',
        'commit',
      ].join(';'),
    )
    return true
  } catch {
    return false
  }
}

async function tablesOf(client: pg.Client): Promise<string[]> {
  const found = await client.query("select tablename as name from pg_tables where schemaname = 'public'")
  return found.rows.map(({ name }) => name)
}

async function shapeOf(client: pg.Client): Promise<string> {
  const found = await client.query(`
    select md5(string_agg(concat(relname, relkind, attname, atttypid, attnotnull), ',' order by relname, attnum)) as shape
    from pg_class join pg_attribute on attrelid = pg_class.oid where relnamespace = 'public'::regnamespace`)
  return found.rows[0].shape
}

function server(): string {
  const url = process.env.FLOWS_TEST_DATABASE_URL
  if (!url) throw new Error('no PostgreSQL server was started for the tests')
  return url
}

function at(name: string): string {
  const url = new URL(server())
  url.pathname = `/${name}`
  return url.href
}

function databaseOf(url: string): string {
  return new URL(url).pathname.slice(1)
}
