import pg from 'pg'
import { loadDriver } from '../../../src/store/sqlite/database.js'
import { answering, type Rows } from './plain-server.js'

/** The least that any server over a store would have to do: one statement a request, each for good when it is answered. */
const [where = ''] = process.argv.slice(2)
const SCHEMA = 'create table rows (id text primary key, text text not null)'
const INSERT = 'insert into rows values (?, ?)'
const SELECT = 'select text from rows where id = ?'
const LIST = 'select text from rows order by id desc limit 10'

answering(/^postgres/.test(where) ? await inPostgres(where) : await inSqlite(where))

async function inSqlite(file: string): Promise<Rows> {
  const database = new (await loadDriver())(file)
  database.exec(`pragma journal_mode = wal; pragma synchronous = full; ${SCHEMA}`)
  const [insert, select, list] = [INSERT, SELECT, LIST].map((sql) => database.prepare(sql)) as [
    ReturnType<typeof database.prepare>,
    ReturnType<typeof database.prepare>,
    ReturnType<typeof database.prepare>,
  ]
  return {
    insert: async ({ id, body }) => {
      insert.run(id, JSON.stringify({ id, body }))
      return JSON.stringify({ id })
    },
    select: async ({ id }) => (select.get(id) as Row).text,
    list: async () => `[${(list.all() as Row[]).map(({ text }) => text).join()}]`,
  }
}

async function inPostgres(connectionString: string): Promise<Rows> {
  const pool = new pg.Pool({ connectionString, max: 10 })
  await pool.query(SCHEMA)
  const prepared = (name: string, text: string) => {
    let count = 0
    const numbered = text.replaceAll('?', () => `$${++count}`)
    return async (values: unknown[]): Promise<Row[]> => (await pool.query({ name, text: numbered, values })).rows
  }
  const [insert, select, list] = [prepared('insert', INSERT), prepared('select', SELECT), prepared('list', LIST)]
  return {
    insert: async ({ id, body }) => {
      await insert([id, JSON.stringify({ id, body })])
      return JSON.stringify({ id })
    },
    select: async ({ id }) => (await select([id]))[0]?.text ?? '',
    list: async () => `[${(await list([])).map(({ text }) => text).join()}]`,
  }
}

interface Row {
  readonly text: string
}
