import { inspect } from 'node:util'
import { Kysely, sql } from 'kysely'
import pg from 'pg'
import { describe, expect, onTestFinished, test } from 'vitest'
import { MIGRATIONS } from '../../src/store/migrations/migrations.js'
import { isFault, parseDatabaseAddress } from '../../src/store/postgres/address.js'
import { postgresDialect } from '../../src/store/postgres/dialect.js'
import { toConnectError } from '../../src/store/postgres/failure.js'
import { openPostgresStore } from '../../src/store/postgres/open.js'
import { openPool } from '../../src/store/postgres/pool.js'
import type { Tables } from '../../src/store/queries/tables.js'
import type { Store } from '../../src/store/store.js'
import { aDatabase, aStoreDatabase, query } from './databases.js'
import { aFaultyProxy } from './faulty-proxy.js'
import { held } from './holding.js'
import { bundled, startProgram } from './programs.js'
import { anApiKey, aSession } from './records.js'
import { postgres } from './stores.js'

const OF_THE_STORE = "application_name = 'verification-flows' and datname = current_database()"

/** Ends every connection of the store, as a server that is shut down does. */
async function cutConnections(url: string): Promise<void> {
  await query(url, `select pg_terminate_backend(pid, 5000) from pg_stat_activity where ${OF_THE_STORE}`)
}

async function revisionOf(store: Store): Promise<number> {
  return (await store.read((tx) => tx.state.tag(false))).revision
}

function addressOf(url: string) {
  const address = parseDatabaseAddress(url)
  if (isFault(address)) throw new Error(address.message)
  return address
}

function withOther(url: string, change: (url: URL) => void): string {
  const other = new URL(url)
  change(other)
  return other.href
}

test('every reference to another table has an index: else dropping a row reads the whole table that refers to it', async () => {
  const without = await query(
    await aStoreDatabase(),
    // An index of the rows that have a value serves as well: whoever looks for one finds it there.
    `select conrelid::regclass::text as referring, attname from pg_constraint
       join pg_attribute on attrelid = conrelid and attnum = conkey[1]
       where contype = 'f' and not exists (
         select 1 from pg_index where indrelid = conrelid and indkey[0] = conkey[1]
         and coalesce(pg_get_expr(indpred, indrelid) = format('(%I IS NOT NULL)', attname), true))`,
  )
  expect(without).toEqual([])
})

describe('opening', () => {
  test('with a migration waits for a long read without holding up the reads behind it', async () => {
    const url = await aDatabase()
    await (
      await openPostgresStore({ url, migrations: MIGRATIONS.filter(({ name }) => name !== '0022-picked') })
    ).close()
    const reading = new pg.Client(url)
    await reading.connect()
    const count = 'select count(*)::integer as sessions from verification_sessions'
    await reading.query(`begin; ${count}`)
    const opening = openPostgresStore({ url })
    const waiting = `select 1 from pg_stat_activity where ${OF_THE_STORE} and wait_event_type = 'Lock'`
    await expect.poll(() => query(url, waiting)).toHaveLength(1)
    // The migration lets it through, while the long read goes on.
    expect(await query(url, count)).toEqual([{ sessions: 0 }])
    await reading.end()
    await (await opening).close()
  })

  test('ten processes at once make one store between them', async () => {
    const url = await aDatabase()
    const program = await bundled('test/store/open-and-count.program.ts')
    const at = String(Date.now() + 1_500)
    const programs = Array.from({ length: 10 }, () => startProgram(program, url, at))
    const ids = await Promise.all(programs.map((one) => one.next()))
    expect(await Promise.all(programs.map((one) => one.ended()))).toEqual(Array(10).fill(0))
    expect(new Set(ids).size).toBe(1)
    const store = await openPostgresStore({ url })
    expect(await store.read((tx) => tx.state.tag(false))).toMatchObject({ store_id: ids[0], revision: 10 })
    await store.close()
    const rows = await query<{ name: string }>(url, 'select name from migrations')
    expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length)
  })

  test('for reading makes no store where there is none', async () => {
    const { where, open } = await postgres.place()
    await expect(open({ readOnly: true })).rejects.toMatchObject({ code: 'too_old' })
    expect(await query(where, "select 1 from pg_tables where schemaname = 'public'")).toEqual([])
  })

  test("beside somebody else's tables of the same names is refused, and changes nothing", async () => {
    const taken = await postgres.place()
    await query(taken.where, 'create table flows (name text)')
    await expect(taken.open()).rejects.toMatchObject({ code: 'unreadable', message: expect.stringContaining('flows') })
    expect(await query(taken.where, "select tablename from pg_tables where schemaname = 'public'")).toEqual([
      { tablename: 'flows' },
    ])
    const other = await postgres.place()
    await query(
      other.where,
      "create table migrations (id serial, migration text); insert into migrations values (1, 'x')",
    )
    await expect(other.open()).rejects.toMatchObject({ code: 'unreadable' })
  })

  test.each([
    ['a server that is not there', (url: URL) => (url.port = '1')],
    ['a wrong password', (url: URL) => (url.password = 'wrong-s3cret')],
    ['a database that does not exist', (url: URL) => (url.pathname = '/nothing')],
    ['a certificate that cannot be read', (url: URL) => (url.search = '?sslmode=verify-full&sslrootcert=/nothing')],
    ['a mode of TLS that does not exist', (url: URL) => (url.search = '?sslmode=bogus')],
    ['a server without TLS where it is asked for', (url: URL) => (url.search = '?sslmode=verify-full')],
  ])('%s is told without the password', async (_name, change) => {
    const url = withOther(await aDatabase(), change)
    const error = await openPostgresStore({ url, patience: 5_000 }).then(
      () => undefined,
      (error: unknown) => error,
    )
    expect(error).toMatchObject({
      name: 'StoreError',
      code: 'unreadable',
      message: expect.stringContaining(' cannot be used: '),
    })
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(new URL(url).password)
  })
})

test('a certificate of an unknown authority is told with the mend', () => {
  const error = Object.assign(new Error('self-signed certificate in certificate chain'), {
    code: 'SELF_SIGNED_CERT_IN_CHAIN',
  })
  expect(toConnectError([error], 'the store')).toMatchObject({
    message:
      'the store cannot be used: self-signed certificate in certificate chain (sslrootcert names the file of its authority)',
  })
})

test('of several servers the first one that answers is used', async () => {
  const url = await aStoreDatabase()
  const { host } = new URL(url)
  const store = await openPostgresStore({ url: url.replace(host, `127.0.0.1:1,${host}`) })
  await store.write((tx) => tx.state.advance(false))
  expect(await revisionOf(store)).toBe(1)
  await store.close()
})

describe('a connection that dies', () => {
  test('in the midst of a transaction drops its work, which is done again over another one', async () => {
    const { where, open } = await postgres.made()
    const store = await open()
    let runs = 0
    await store.write(async (tx) => {
      runs += 1
      await tx.state.advance(false)
      if (runs === 1) await cutConnections(where)
      await tx.state.advance(false)
    })
    expect([runs, await revisionOf(store)]).toEqual([2, 2])
  })

  test('each time is told after a while', async () => {
    const { where, open } = await postgres.made()
    const store = await open()
    const cut = store.write(async (tx) => {
      await tx.state.advance(false)
      await cutConnections(where)
      await tx.state.advance(false)
    })
    await expect(cut).rejects.toMatchObject({ name: 'StoreError', code: 'unreadable' })
    expect(await revisionOf(store)).toBe(0)
  })

  test('while nobody uses it is replaced, unnoticed', async () => {
    const { where, open } = await postgres.made()
    const store = await open()
    await Promise.all(Array.from({ length: 5 }, () => store.write((tx) => tx.state.advance(false))))
    await cutConnections(where)
    await store.write((tx) => tx.state.advance(false))
    expect(await revisionOf(store)).toBe(6)
  })
})

describe('statements that the server has prepared', () => {
  test('are prepared anew when a newer version of this program has added a column meanwhile, and no work fails', async () => {
    const url = await aStoreDatabase()
    const store = await openPostgresStore({ url, poolSize: 3 })
    await store.write((tx) => tx.apiKeys.insert(anApiKey('k', { hash: 'k' })))
    const found = () => store.read((tx) => tx.apiKeys.byId('k'))
    const before = await Promise.all([found(), found(), found()])
    await query(url, 'alter table api_keys add column newer text')
    const after = await Promise.all([found(), found(), found()])
    expect(after.map((key) => key?.id)).toEqual(before.map((key) => key?.id))
    await store.close()
  })
})

test('what the database refuses because of one reader fails that one, not those who asked at the same time', async () => {
  const url = await aStoreDatabase()
  // A database without that letter.
  const name = `latin_${Date.now()}`
  await query(url, `create database ${name} encoding latin1 lc_collate 'C' lc_ctype 'C' template template0`)
  const latin = new URL(url)
  latin.pathname = name
  const store = await openPostgresStore({ url: latin.href })
  await store.write((tx) => tx.sessions.insert(aSession('vs_1')))
  const ids = ['vs_1', 'vs_\u20ac', 'vs_none', 'vs_1']
  const found = await Promise.allSettled(ids.map((id) => store.read((tx) => tx.sessions.byId(false, id))))
  expect(found.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
  await store.close()
  await query(url, `drop database ${name}`)
})

describe('a network that fails', () => {
  test('before a transaction began costs nothing: the work is done over another connection', async () => {
    const proxy = await aFaultyProxy(await aStoreDatabase())
    const store = await openPostgresStore({ url: proxy.url, poolSize: 1 })
    proxy.cuts = 1
    let runs = 0
    await store.write(async (tx) => {
      runs += 1
      await tx.state.advance(false)
    })
    expect([proxy.cuts, runs, await revisionOf(store)]).toEqual([0, 2, 1])
    await store.close()
  })

  test('while the server was asked to keep work is told, and nobody does it again unasked', async () => {
    const proxy = await aFaultyProxy(await aStoreDatabase())
    const store = await openPostgresStore({ url: proxy.url, poolSize: 1 })
    let runs = 0
    const work = store.write(async (tx) => {
      runs += 1
      await tx.state.advance(false)
      proxy.cuts = 1
    })
    await expect(work).rejects.toMatchObject({ name: 'StoreError', code: 'unreadable' })
    expect([proxy.cuts, runs, await revisionOf(store)]).toEqual([0, 1, 0])
    await store.close()
  })

  test('without a sign is noticed after a while, and its connection is not used again', async () => {
    const proxy = await aFaultyProxy(await aStoreDatabase())
    const store = await openPostgresStore({ url: proxy.url, poolSize: 1, statementTimeout: 100, patience: 1_000 })
    const work = store.write(async (tx) => {
      await tx.state.advance(false)
      proxy.isSilent = true
      await tx.state.advance(false)
    })
    await expect(work).rejects.toMatchObject({ name: 'StoreError', code: 'unreadable' })
    proxy.isSilent = false
    expect(await revisionOf(store)).toBe(0)
    await store.close()
  })
})

describe('work in the way of other work', () => {
  test('that each holds what the other waits for is done, one after the other', async () => {
    const { open } = await postgres.made()
    const store = await open()
    let waiting = 2
    let go = () => {}
    const bothHold = new Promise<void>((resolve) => {
      go = resolve
    })
    const work = (first: string, second: string) =>
      store.write(async (tx) => {
        await tx.lock(first)
        waiting -= 1
        if (waiting <= 0) go()
        await bothHold
        await tx.lock(second)
        await tx.state.advance(false)
      })
    await Promise.all([work('a', 'b'), work('b', 'a')])
    expect(await revisionOf(store)).toBe(2)
  })

  test('waits for a lock for so long, and is then told that the store is busy', async () => {
    const { open } = await postgres.made()
    const [store, other] = [await open({ patience: 1000 }), await open()]
    const holder = await held(other, (tx) => tx.lock('a'))
    expect(await store.write((tx) => tx.tryLock('a'))).toBe(false)
    expect(await store.write((tx) => tx.tryLock('b'))).toBe(true)
    await expect(store.write((tx) => tx.lock('a'))).rejects.toMatchObject({ name: 'StoreError', code: 'busy' })
    await holder.end()
    await store.write((tx) => tx.lock('a'))
  })

  test('waits for a connection for so long, and is then told that the store is busy', async () => {
    const url = await aDatabase()
    const store = await openPostgresStore({ url, poolSize: 1, patience: 1000 })
    const holder = await held(store, (tx) => tx.state.advance(false))
    await expect(revisionOf(store)).rejects.toMatchObject({ name: 'StoreError', code: 'busy' })
    await holder.end()
    expect(await revisionOf(store)).toBe(1)
    await store.close()
  })
})

describe('a transaction', () => {
  test('one of whose statements failed is never kept in part, even when nobody passes the error on', async () => {
    const { open } = await postgres.made()
    const store = await open()
    const work = store.write(async (tx) => {
      await tx.apiKeys.insert(anApiKey('k'))
      await tx.apiKeys.insert(anApiKey('k')).catch(() => {})
    })
    await expect(work).rejects.toThrow('duplicate key')
    expect((await store.read((tx) => tx.apiKeys.list(false, {}, { limit: 10 }))).data).toEqual([])
  })

  test('that fails tells nothing of what was to be written', async () => {
    const { open } = await postgres.made()
    const store = await open()
    const insert = (id: string) => store.write((tx) => tx.apiKeys.insert(anApiKey(id, { hash: 'the-hash' })))
    await insert('k')
    const error = await insert('l').catch((error: unknown) => error)
    expect(error).toMatchObject({ code: '23505' })
    expect(inspect(error, { depth: 20 })).not.toContain('the-hash')
  })

  test('of a reader cannot write', async () => {
    const { open } = await postgres.made()
    const store = await open()
    const writing = store.read((tx) =>
      (tx as never as { state: { advance(m: boolean): Promise<void> } }).state.advance(false),
    )
    await expect(writing).rejects.toThrow(/read-only/)
  })
})

describe('values handed to PostgreSQL', () => {
  async function aDb(more: { statementTimeout?: number } = {}): Promise<Kysely<Tables>> {
    const place = { address: addressOf(await aDatabase()), size: 1, connectTimeout: 5_000, lockTimeout: 5_000 }
    const db = new Kysely<Tables>({
      dialect: postgresDialect(openPool({ ...place, statementTimeout: 5_000, isForReading: false, ...more })),
    })
    onTestFinished(() => db.destroy())
    return db
  }

  test.each([
    ['an object', { a: 1 }],
    ['an array', [1]],
    ['a date', new Date(0)],
    ['undefined', undefined],
    ['a number that is none', Number.NaN],
    ['a string with NUL', 'a\0b'],
  ])('%s is refused rather than bent', async (_name, value) => {
    await expect(sql`select ${value} as value`.execute(await aDb())).rejects.toThrow(TypeError)
  })

  test('whole numbers of 64 bits come back as numbers, here and nowhere else', async () => {
    const { rows } = await sql`select 1790000000::bigint as time, count(*) as rows, ${2 ** 40}::bigint as more`.execute(
      await aDb(),
    )
    expect(rows).toEqual([{ time: 1_790_000_000, rows: 1, more: 2 ** 40 }])
    expect(pg.types.getTypeParser(pg.types.builtins.INT8)('5')).toBe('5')
  })

  test('a statement that takes too long is ended', async () => {
    const slow = sql`select pg_sleep(20)`.execute(await aDb({ statementTimeout: 100 }))
    await expect(slow).rejects.toMatchObject({ name: 'StoreError', code: 'busy' })
  })
})
