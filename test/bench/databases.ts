import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { SERVER, startPostgresServer } from '../helpers/postgres-server.js'

export interface Databases {
  /** The address of a new database. */
  readonly made: () => Promise<string>
  /** "PostgreSQL 18.1" */
  readonly version: string
}

/** Runs work with a PostgreSQL server. */
export async function withPostgres<T>(work: (databases: Databases) => Promise<T>): Promise<T> {
  const given = process.env[SERVER]
  const server = await startPostgresServer()
  try {
    await server.ready()
    const { href } = new URL(process.env[SERVER] ?? '')
    const [version] = await ask<{ version: string }>(href, "select current_setting('server_version') as version")
    const made = async () => {
      const url = new URL(href)
      const name = `flows_bench_${randomBytes(6).toString('hex')}`
      await ask(href, `create database ${name}`)
      url.pathname = `/${name}`
      return url.href
    }
    return await work({ made, version: `PostgreSQL ${version?.version.split(' ')[0]}` })
  } finally {
    await server.stop()
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
