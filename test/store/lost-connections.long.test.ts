import { join } from 'node:path'
import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { openPostgresStore } from '../../src/store/postgres/open.js'
import { backUp, restore } from '../../src/store/sqlite/backup.js'
import { openSqliteStore } from '../../src/store/sqlite/open.js'
import type { Store } from '../../src/store/store.js'
import { StoreError } from '../../src/store/store-error.js'
import { aDatabase, aStoreDatabase, query } from './databases.js'
import { anEndingProxy, ENDINGS, type Ending, type EndingProxy } from './ending-proxy.js'
import { held } from './holding.js'
import { anApiKey } from './records.js'
import { aFolder } from './stores.js'

// An error that nobody hears ends the process; here it fails the run.

async function revisionOf(store: Store): Promise<number> {
  return (await store.read((tx) => tx.state.tag(false))).revision
}

/** Does something over a proxy, and answers how often the server was ready meanwhile. */
async function counted(proxy: EndingProxy, work: () => Promise<unknown>): Promise<number> {
  const before = proxy.ready
  await work()
  return proxy.ready - before
}

/** The first, the last, and some between. */
function some(count: number, step: number): number[] {
  const all = Array.from({ length: count }, (_, index) => index + 1)
  return all.filter((nth) => nth <= 3 || nth > count - 3 || nth % step === 0)
}

async function settled(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  )
}

/** What a process does with a store, one after the other; answers what failed. */
async function aLife(url: string): Promise<{ written: number; failures: unknown[] }> {
  const store = await openPostgresStore({ url, poolSize: 2 })
  let written = 0
  const failures: unknown[] = []
  const tell = (failure: unknown) => {
    if (failure !== undefined) failures.push(failure)
    return failure === undefined
  }
  if (tell(await settled(store.write((tx) => tx.state.advance(false))))) written += 1
  tell(await settled(store.read((tx) => tx.state.tag(false))))
  tell(await settled(store.rateLimits.take('a', 60, 1, 100)))
  const both = [store.write((tx) => tx.state.advance(false)), store.read((tx) => tx.state.tag(false))]
  const [write, read] = await Promise.all(both.map(settled))
  if (tell(write)) written += 1
  tell(read)
  await store.close()
  return { written, failures }
}

describe('a connection that the server ends', () => {
  test('with the very segment in which a fresh one becomes ready is replaced by another', async () => {
    const proxy = await anEndingProxy(await aStoreDatabase())
    const store = await openPostgresStore({ url: proxy.url, poolSize: 4 })
    const holder = await held(store, (tx) => tx.lock('a'))
    proxy.end('after', 1)
    await store.write((tx) => tx.state.advance(false))
    await holder.end()
    expect([proxy.isDone, await revisionOf(store)]).toEqual([true, 1])
    await store.close()
  })

  test.each(ENDINGS)(
    'at any moment (%s) fails no read, loses no acknowledged write, and does none twice',
    async (ending: Ending) => {
      const database = await aStoreDatabase()
      const proxy = await anEndingProxy(database)
      const direct = await openPostgresStore({ url: database, poolSize: 1 })
      const moments = await counted(proxy, () => aLife(proxy.url))
      const tried = some(moments, 2)
      let ended = 0
      for (const nth of tried) {
        const before = await revisionOf(direct)
        proxy.end(ending, nth)
        const { written, failures } = await aLife(proxy.url)
        const kept = (await revisionOf(direct)) - before
        const where = `${ending} ${nth} of ${moments}`
        // The server may put two answers into one segment: then a life has fewer of them than the one that was counted.
        if (proxy.isDone) ended += 1
        // Only where the server was asked to keep what was written, nobody knows whether it has.
        for (const failure of failures) {
          expect(failure, where).toBeInstanceOf(StoreError)
          expect(String(failure), where).toContain('all of it, or nothing')
        }
        expect(failures.length, where).toBeLessThanOrEqual(1)
        expect(kept, where).toBeGreaterThanOrEqual(written)
        expect(kept, where).toBeLessThanOrEqual(written + failures.length)
      }
      expect(ended).toBeGreaterThan(tried.length - 4)
      await direct.close()
    },
    120_000,
  )

  test.each(ENDINGS)(
    'while a store is made (%s) leaves a store that is whole',
    async (ending: Ending) => {
      const database = await aDatabase()
      const proxy = await anEndingProxy(database)
      const open = async () => (await openPostgresStore({ url: proxy.url, poolSize: 2 })).close()
      const moments = await counted(proxy, open)
      for (const nth of some(moments, 41)) {
        await query(database, 'drop schema public cascade; create schema public')
        proxy.end(ending, nth)
        await open()
        const store = await openPostgresStore({ url: database, poolSize: 1, readOnly: true })
        expect([proxy.isDone, await revisionOf(store)], `${nth} of ${moments}`).toEqual([true, 0])
        await store.close()
      }
    },
    120_000,
  )

  test.each(ENDINGS)(
    'while it is backed up or restored (%s) leaves a whole backup and a whole store',
    async (ending) => {
      const database = await aStoreDatabase()
      const proxy = await anEndingProxy(database)
      const folder = aFolder()
      const direct = await openPostgresStore({ url: database, poolSize: 1 })
      await direct.write(async (tx) => {
        for (const id of ['a', 'b', 'c']) await tx.apiKeys.insert(anApiKey(id, { hash: id }))
      })
      const ids = async (store: Store) =>
        (await store.read((tx) => tx.apiKeys.list(false, {}, { limit: 10 }))).data.map(({ id }) => id).sort()
      const store = await openPostgresStore({ url: proxy.url, poolSize: 2 })
      const whole = join(folder, 'whole.sqlite')
      for (const nth of some(await counted(proxy, () => backUp(store, whole)), 7)) {
        const file = join(folder, `${nth}.sqlite`)
        proxy.end(ending, nth)
        await backUp(store, file)
        const backup = await openSqliteStore({ file, readOnly: true })
        expect(await ids(backup), `backup ${nth}`).toEqual(['a', 'b', 'c'])
        await backup.close()
      }
      for (const nth of some(await counted(proxy, () => restore(store, whole)), 7)) {
        proxy.end(ending, nth)
        const failure = await settled(restore(store, whole))
        if (failure !== undefined) expect(String(failure), `restore ${nth}`).toContain('all of it, or nothing')
        expect(await ids(direct), `restore ${nth}`).toEqual(['a', 'b', 'c'])
      }
      await store.close()
      await direct.close()
    },
    120_000,
  )
})

test('reads that others hold up wait over as many connections as the store may have, and no more', async () => {
  const url = await aStoreDatabase()
  const store = await openPostgresStore({ url, poolSize: 3 })
  const holder = new pg.Client({ connectionString: url })
  await holder.connect()
  await holder.query('begin; lock table api_keys in access exclusive mode')
  const reads = Promise.all(['a', 'b', 'c'].map((hash) => store.read((tx) => tx.apiKeys.byHash(hash))))
  const waiting = async () => {
    const rows = await query<{ began: boolean }>(
      url,
      `select xact_start < query_start as began from pg_stat_activity
        where application_name = 'verification-flows' and datname = current_database() and wait_event_type = 'Lock'`,
    )
    return rows.map(({ began }) => (began ? 'in a transaction' : 'alone'))
  }
  const becomes = (how: readonly string[]) => expect.poll(waiting, { timeout: 30_000, interval: 100 }).toEqual(how)
  // All of them at once.
  await becomes(['alone'])
  // Nobody knows whether the server is there, until it has answered BEGIN.
  await becomes(['in a transaction', 'in a transaction', 'in a transaction'])
  await holder.end()
  expect(await reads).toEqual([undefined, undefined, undefined])
  await store.close()
}, 60_000)
