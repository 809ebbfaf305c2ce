import { statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { LogLine } from '../../src/service/http/server/log.js'
import { startServer } from '../../src/service/http/server.js'
import { service } from '../../src/service/operations/calls/call.js'
import { createKey } from '../../src/service/operations/keys/keys.js'
import { openPostgresStore } from '../../src/store/postgres/open.js'
import { kyselyStore } from '../../src/store/queries/kysely-store.js'
import { patient } from '../../src/store/sqlite/busy.js'
import { connect } from '../../src/store/sqlite/connect.js'
import { type Database, loadDriver } from '../../src/store/sqlite/database.js'
import { tellingFailures } from '../../src/store/sqlite/failure.js'
import { soleWriter } from '../../src/store/sqlite/locks.js'
import { openSqliteStore } from '../../src/store/sqlite/open.js'
import type { Store } from '../../src/store/store.js'
import { aStoreDatabase, query } from '../store/databases.js'
import { aSmallDisk } from '../store/small-disk.js'
import { aFolder } from '../store/stores.js'
import { aSwitchingProxy } from '../store/switching-proxy.js'
import { TESTER } from './serving.js'

const SESSIONS = '/v1/identity/verification_sessions'

/** The API over a store, with rate limits, as it runs by default. */
async function over(store: Store) {
  const log: LogLine[] = []
  const server = await startServer({ store, host: '127.0.0.1', port: 0, log: (line) => log.push(line) })
  onTestFinished(async () => {
    await server.close()
    await store.close()
  })
  const { secret: key } = await service({ store }).write(TESTER, (call) => createKey(call, { mode: 'test', name: 'a' }))
  const ask = async (path: string, body?: string) => {
    const response = await fetch(server.url + path, {
      redirect: 'manual',
      headers: {
        authorization: `Bearer ${key}`,
        ...(body !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(body !== undefined && { method: 'POST', body }),
    })
    return { status: response.status, text: await response.text() }
  }
  const status = async (path: string, body?: string) => (await ask(path, body)).status
  return { log, ask, status, create: () => status(SESSIONS, `type=id_number&metadata[filler]=${'x'.repeat(400)}`) }
}

/** Creates sessions until the store takes no more. */
async function createUntilRefused(create: () => Promise<number>): Promise<number> {
  for (let count = 0; count < 20_000; count += 1) {
    const status = await create()
    if (status !== 200 && status !== 429) return status
  }
  return 200
}

/** Runs with stderr kept; `told` answers what has been written to it so far. */
async function quietly(work: (told: () => string) => Promise<void>): Promise<string> {
  let said = ''
  const write = vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
    said += chunk
    return true
  })
  try {
    await work(() => said)
    return said
  } finally {
    write.mockRestore()
  }
}

describe('while the database is away', () => {
  test('every call is answered 503, and told in the log; when it is back, all goes on', async () => {
    const database = await aStoreDatabase()
    const proxy = await aSwitchingProxy(database)
    const { ask, status, log, create } = await over(await openPostgresStore({ url: proxy.url }))
    expect([await create(), await status('/readyz')]).toEqual([200, 200])
    await proxy.away()
    log.length = 0
    // Tokens of the right form: others are refused without a look into the store.
    const calls: [string, string?][] = [
      [SESSIONS],
      [SESSIONS, 'type=id_number'],
      ['/v1/identity/verification_flows/a'],
      ['/v1/api_keys/current'],
      ['/v2/identity/flow_state?project=a'],
      [`/l/${'a'.repeat(24)}`],
      [`/verify/${'a'.repeat(53)}`],
    ]
    for (const [path, body] of calls) {
      const answer = await ask(path, body)
      expect([path, answer.status]).toEqual([path, 503])
      expect(answer.text).toMatch(/The store cannot be used at the moment|Try again in a moment/)
    }
    expect(log).toHaveLength(calls.length)
    for (const { fault } of log) expect(fault).toMatch(/^StoreError unreadable < .*ECONNREFUSED/)
    expect([await status('/healthz'), await status('/readyz')]).toEqual([200, 503])
    await proxy.lead(database)
    expect(await create()).toBe(200)
    await expect.poll(() => status('/readyz'), { timeout: 10_000 }).toBe(200)
  })
})

describe('a store that takes no writes', () => {
  /** What becomes of the API when writes begin to fail, and when they work again. */
  async function expectNotReady(
    api: Awaited<ReturnType<typeof over>>,
    break_: () => Promise<void>,
    mend: () => Promise<void>,
  ) {
    const { status, create } = api
    expect([await create(), await status('/readyz')]).toEqual([200, 200])
    const told = await quietly(async () => {
      await break_()
      expect(await createUntilRefused(create)).toBe(503)
      for (let time = 0; time < 3; time += 1) {
        // A server tidies its files now and then, and so makes room: at once, too.
        await expect.poll(() => break_().then(() => status('/readyz')), { timeout: 10_000 }).toBe(503)
      }
      expect([await status(SESSIONS), await status('/healthz')]).toEqual([200, 200])
      await mend()
      await expect.poll(() => status('/readyz'), { timeout: 10_000 }).toBe(200)
      expect(await create()).toBe(200)
    })
    expect(told).toContain('"store":"takes no writes","fault":"StoreError unreadable')
    expect(told).toContain('"store":"takes writes again"')
    expect(api.log.some(({ fault }) => fault?.startsWith('StoreError unreadable'))).toBe(true)
  }

  test('makes the service not ready until a write works: PostgreSQL that became read-only', async () => {
    const url = await aStoreDatabase()
    const name = new URL(url).pathname.slice(1)
    const set = async (value: string) => {
      await query(url, `begin read write; alter database ${name} set default_transaction_read_only = ${value}; commit`)
      await query(
        url,
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'verification-flows' and datname = current_database()",
      )
    }
    onTestFinished(() => set('off'))
    const api = await over(await openPostgresStore({ url }))
    await expectNotReady(
      api,
      () => set('on'),
      () => set('off'),
    )
  })

  test('makes the service not ready until a write works: PostgreSQL on a full disk', async ({ skip }) => {
    const server = process.env.FLOWS_TEST_DATABASE_URL ?? ''
    const [row] = await query<{ data_directory: string }>(server, 'show data_directory')
    const owner = statSync(row?.data_directory ?? '', { throwIfNoEntry: false })?.uid
    const disk = owner === undefined ? undefined : aSmallDisk(40, owner)
    if (disk === undefined) return skip('this user cannot mount a disk, or the server is elsewhere')
    const name = `flows_full_${process.pid}`
    await query(server, `create tablespace ${name} location '${disk.folder}'`)
    await query(server, `create database ${name} tablespace ${name}`)
    onTestFinished(async () => {
      await query(server, `drop database ${name} with (force)`)
      await query(server, `drop tablespace ${name}`)
    })
    const url = new URL(server)
    url.pathname = `/${name}`
    const api = await over(await openPostgresStore({ url: url.href }))
    await expectNotReady(
      api,
      async () => disk.fill(),
      async () => disk.empty(),
    )
  })

  test('makes the service not ready until a write works: SQLite on a full disk', async ({ skip }) => {
    const disk = aSmallDisk(8)
    if (disk === undefined) return skip('this user cannot mount a disk')
    const api = await over(await openSqliteStore({ file: join(disk.folder, 'store.sqlite') }))
    await expectNotReady(
      api,
      async () => disk.fill(),
      async () => disk.empty(),
    )
  })

  test('makes the service not ready until a write works: SQLite that may have no more pages', async () => {
    const { store, database } = await aBoundedStore()
    const api = await over(store)
    await expectNotReady(
      api,
      async () => database.exec('pragma max_page_count = 1'),
      async () => database.exec('pragma max_page_count = 1000000'),
    )
  })

  test('is told in the log to take them again, even where nobody asks whether it is ready', async () => {
    const { store, database } = await aBoundedStore()
    const api = await over(store)
    const told = await quietly(async (soFar) => {
      database.exec('pragma max_page_count = 1')
      expect(await createUntilRefused(api.create)).toBe(503)
      database.exec('pragma max_page_count = 1000000')
      await expect.poll(async () => [await api.create(), await api.status('/healthz')]).toEqual([200, 200])
      await expect.poll(async () => [await api.create(), soFar().includes('takes writes again')]).toEqual([200, true])
    })
    expect(told.match(/"store":/g)).toHaveLength(2)
  })

  test('that only waits for others is ready all the same', async () => {
    const file = join(aFolder(), 'store', 'store.sqlite')
    const api = await over(await openSqliteStore({ file, patience: 100 }))
    const Driver = await loadDriver()
    const other = new Driver(file)
    other.exec('begin immediate')
    expect([await api.create(), await api.status('/readyz')]).toEqual([503, 200])
    other.exec('rollback')
    other.close()
    expect(await api.create()).toBe(200)
  })
})

/** An embedded store, and the connection that it writes over. */
async function aBoundedStore(): Promise<{ store: Store; database: Database }> {
  const file = join(aFolder(), 'store', 'store.sqlite')
  const whole = await openSqliteStore({ file })
  const place = {
    Driver: await loadDriver(),
    file,
    label: file,
    whileBusy: patient(file, 5_000),
    migrations: undefined,
  }
  const database = new place.Driver(file)
  const { db, close } = await connect(place, () => database)
  const written = tellingFailures(kyselyStore(db, { label: file, locks: soleWriter, close }), file)
  return {
    database,
    store: {
      ...whole,
      write: (work) => written.write(work),
      close: async () => {
        await written.close()
        await whole.close()
      },
    },
  }
}
