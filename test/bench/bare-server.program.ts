import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import pg from 'pg'
import { loadDriver } from '../../src/store/sqlite/database.js'

/**
 * The least that any server over a store would have to do: a POST inserts one row and a GET selects one, through the same
 * driver, each for good when it is answered. Prints its address.
 */
interface Rows {
  close(): Promise<void> | void
  insert(id: string, text: string): Promise<void> | void
  select(id: string): Promise<string> | string
}

const [where = ''] = process.argv.slice(2)
const rows = /^postgres/.test(where) ? await inPostgres(where) : await inSqlite(where)
let count = 0

const server = createServer(async (request, response) => {
  const id = request.method === 'POST' ? `row_${++count}` : (request.url?.split('/').at(-1) ?? '')
  if (request.method === 'POST') await rows.insert(id, await bodyOf(request))
  const text = request.method === 'POST' ? JSON.stringify({ id }) : await rows.select(id)
  response.setHeader('content-type', 'application/json').end(text)
})
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })}\n`)
})
process.stdin.resume().once('end', async () => {
  await rows.close()
  process.exit()
})

async function inSqlite(file: string): Promise<Rows> {
  const database = new (await loadDriver())(file)
  database.exec('pragma journal_mode = wal; pragma synchronous = full')
  database.exec('create table rows (id text primary key, text text not null)')
  const insert = database.prepare('insert into rows values (?, ?)')
  const select = database.prepare('select text from rows where id = ?')
  return {
    // The driver closes a database that nobody can reach any more, whatever statements are still in use.
    close: () => database.close(),
    insert: (id, text) => void insert.run(id, text),
    select: (id) => (select.get(id) as { text: string }).text,
  }
}

async function inPostgres(connectionString: string): Promise<Rows> {
  const pool = new pg.Pool({ connectionString, max: 10 })
  await pool.query('create table rows (id text primary key, text text not null)')
  return {
    close: () => pool.end(),
    insert: async (id, text) => void (await pool.query('insert into rows values ($1, $2)', [id, text])),
    select: async (id) => (await pool.query('select text from rows where id = $1', [id])).rows[0].text,
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request) body += chunk
  return JSON.stringify({ body })
}
