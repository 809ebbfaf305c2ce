import { createHash, createHmac, createSecretKey } from 'node:crypto'
import pg from 'pg'
import { loadDriver } from '../../../src/store/sqlite/database.js'
import { type Asked, answering, type Rows } from './plain-server.js'

/**
 * The necessary work and nothing else, as somebody would write it by hand who knows all beforehand: the key is looked up;
 * a session, its event, a delivery and the answer of the idempotency key are written together; the answer is the JSON that
 * the flows API gives. No checks, no versions, no rights, no counts, no other filters, no log.
 */
const [where = '', key = ''] = process.argv.slice(2)
const isPostgres = /^postgres/.test(where)

const SCHEMA = [
  'create table keys (hash text primary key, id text not null, revoked bigint)',
  `create table sessions (id text primary key, created bigint not null, status text not null, body text not null)`,
  'create index sessions_listed on sessions (created, id)',
  `create table events (id text primary key, created bigint not null, object text not null, data text not null)`,
  'create index events_listed on events (created, id)',
  'create table deliveries (id text primary key, event text not null, endpoint text not null, status text not null, next bigint)',
  "create index deliveries_due on deliveries (next) where status = 'pending'",
  'create table answers (key text primary key, fingerprint text not null, body text not null, created bigint not null)',
  'create index answers_by_time on answers (created)',
]
const KEY = 'select id, revoked from keys where hash = ?'
const ANSWER = 'insert into answers values (?, ?, ?, ?) on conflict do nothing'
const SESSION = 'insert into sessions values (?, ?, ?, ?)'
const EVENT = 'insert into events values (?, ?, ?, ?)'
const DELIVERY = "insert into deliveries values (?, ?, 'we_1', 'pending', ?)"
const SELECT = 'select body from sessions where id = ?'
const LIST = 'select body from sessions order by created desc, id desc limit 10'

const signing = createSecretKey(Buffer.alloc(32, 7))
const hash = (text: string) => createHash('sha256').update(text).digest('hex')
const now = () => Math.floor(Date.now() / 1000)

answering(isPostgres ? await inPostgres(where) : await inSqlite(where))

async function inSqlite(file: string): Promise<Rows> {
  const database = new (await loadDriver())(file)
  database.exec(`pragma journal_mode = wal; pragma synchronous = full; ${SCHEMA.join(';')}`)
  database.prepare('insert into keys values (?, ?, null)').run(hash(key), 'ak_1')
  const prepare = (sql: string) => database.prepare(sql)
  const [known, answer, session] = [prepare(KEY), prepare(ANSWER), prepare(SESSION)]
  const [event, delivery, select, list] = [prepare(EVENT), prepare(DELIVERY), prepare(SELECT), prepare(LIST)]
  const authenticate = (asked: Asked) => refuseUnknown(known.get(hash(asked.key)))
  return {
    insert: async (asked) => {
      authenticate(asked)
      const rows = rowsOf(asked)
      database.exec('begin immediate')
      answer.run(...rows.answer)
      session.run(...rows.session)
      event.run(...rows.event)
      delivery.run(...rows.delivery)
      database.exec('commit')
      return rows.text
    },
    select: async (asked) => {
      authenticate(asked)
      return shown(select.get(asked.id) as Row)
    },
    list: async (asked) => {
      authenticate(asked)
      return listed(list.all() as Row[])
    },
  }
}

async function inPostgres(connectionString: string): Promise<Rows> {
  const pool = new pg.Pool({ connectionString, max: 10 })
  for (const statement of SCHEMA) await pool.query(statement)
  await pool.query('insert into keys values ($1, $2, null)', [hash(key), 'ak_1'])
  const prepared = (name: string, sql: string) => {
    let count = 0
    const text = sql.replaceAll('?', () => `$${++count}`)
    return async (...values: unknown[]): Promise<Row[]> => (await pool.query({ name, text, values })).rows
  }
  const known = prepared('known', KEY)
  const [select, list] = [prepared('select', SELECT), prepared('list', LIST)]
  // One statement is one transaction, and one way there and back.
  const create = prepared('create', `with a as (${ANSWER}), s as (${SESSION}), e as (${EVENT}) ${DELIVERY}`)
  const authenticate = async (asked: Asked) => refuseUnknown((await known(hash(asked.key)))[0])
  return {
    insert: async (asked) => {
      await authenticate(asked)
      const rows = rowsOf(asked)
      await create(...rows.answer, ...rows.session, ...rows.event, ...rows.delivery)
      return rows.text
    },
    select: async (asked) => {
      await authenticate(asked)
      return shown((await select(asked.id))[0] as Row)
    },
    list: async (asked) => {
      await authenticate(asked)
      return listed(await list())
    },
  }
}

interface Row {
  readonly body: string
}

function refuseUnknown(row: unknown): void {
  if (row === undefined || (row as { revoked: unknown }).revoked !== null) throw new Error('unknown key')
}

function rowsOf({ id, body, idempotencyKey }: Asked) {
  const created = now()
  const form = new URLSearchParams(body)
  const session = {
    id,
    object: 'identity.verification_session',
    client_reference_id: null,
    client_secret: null,
    created,
    last_error: null,
    last_verification_report: null,
    livemode: false,
    metadata: { order: form.get('metadata[order]') },
    options: {},
    provided_details: { email: form.get('provided_details[email]') },
    redaction: null,
    related_customer: null,
    related_customer_account: null,
    status: 'requires_input',
    type: form.get('type'),
    url: null,
  }
  const data = JSON.stringify(session)
  const text = shown({ body: data })
  return {
    text,
    session: [id, created, session.status, data],
    event: [`evt_${id}`, created, id, data],
    delivery: [`whd_${id}`, `evt_${id}`, created],
    answer: [idempotencyKey, hash(body), text, created],
  } as const
}

/** With a link and a secret made for this answer. */
function shown({ body }: Row): string {
  return JSON.stringify(withLinks(JSON.parse(body)), null, 2)
}

function listed(rows: readonly Row[]): string {
  const data = rows.map(({ body }) => withLinks(JSON.parse(body)))
  return JSON.stringify({ object: 'list', url: '/rows', has_more: true, data }, null, 2)
}

function withLinks(session: { readonly id: string }) {
  const sign = (kind: string) =>
    createHmac('sha256', signing).update(`${kind}:${session.id}:${now()}`).digest('base64url').slice(0, 22)
  return {
    ...session,
    client_secret: `${session.id}_secret_test_${sign('secret')}`,
    url: `http://127.0.0.1/verify/${session.id}${sign('url')}`,
  }
}
