import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterAll, expect, onTestFinished, vi } from 'vitest'

/** Databases of this file that no test uses at the moment: emptying one is quicker than making one. */
const free: string[] = []
const made: string[] = []

/** The address of an empty PostgreSQL database, for one test. Every test has a database of its own. */
export async function aDatabase(): Promise<string> {
  const name = free.pop()
  const url = name === undefined ? await newDatabase() : await emptied(name)
  onTestFinished(() => void free.push(databaseOf(url)))
  return url
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
  await vi.waitFor(async () => expect(await query(url, others)).toEqual([]), { timeout: 30_000 })
}

async function newDatabase(): Promise<string> {
  const name = `flows_test_${randomBytes(8).toString('hex')}`
  await query(server(), `create database ${name}`)
  made.push(name)
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

afterAll(async () => {
  for (const name of made) await query(server(), `drop database ${name} with (force)`)
})

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
