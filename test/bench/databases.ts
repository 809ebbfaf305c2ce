import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { SERVER, startPostgresServer } from '../helpers/postgres-server.js'

export interface Databases {
  /** The address of a new database. */
  readonly made: () => Promise<string>
}

let version: string | undefined

/** "PostgreSQL 18.1", as last used or as a new server says. */
export async function postgresVersion(): Promise<string> {
  return version ?? withPostgres(async () => version ?? '')
}

/** Runs work with a PostgreSQL server. */
export async function withPostgres<T>(work: (databases: Databases) => Promise<T>): Promise<T> {
  const given = process.env[SERVER]
  const running = await startPostgresServer()
  try {
    await running.ready()
    const { href } = new URL(process.env[SERVER] ?? '')
    const [server] = await ask<{ name: string }>(href, "select current_setting('server_version') as name")
    version = `PostgreSQL ${server?.name.split(' ')[0]}`
    const made = async () => {
      const url = new URL(href)
      const name = `flows_bench_${randomBytes(6).toString('hex')}`
      await ask(href, `create database ${name}`)
      url.pathname = `/${name}`
      return url.href
    }
    return await work({ made })
  } finally {
    await running.stop()
    if (given === undefined) delete process.env[SERVER]
  }
}

async function ask<Row extends pg.QueryResultRow>(connectionString: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    return (await client.query<Row>(sql)).rows
  } finally {
    await client.end()
  }
}
