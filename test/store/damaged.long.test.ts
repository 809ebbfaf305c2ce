import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { backUp, restore } from '../../src/store/sqlite/backup.js'
import { loadDriver } from '../../src/store/sqlite/database.js'
import { openSqliteStore } from '../../src/store/sqlite/open.js'
import type { Store, WriteTransaction } from '../../src/store/store.js'
import { StoreError } from '../../src/store/store-error.js'
import { fill } from './every-query.js'
import { aSession } from './records.js'
import { aFolder, makeStore } from './stores.js'

const PAGE = 4096

/** Stores with a little of everything, closed, as one file, by how many rows they have. */
const made = new Map<number, Promise<Buffer>>()

async function storeOf(rows: number): Promise<Buffer> {
  const file = join(aFolder(), 'store.sqlite')
  await makeStore(file)
  await using(file, false, (store) => store.write((tx) => fill(tx, rows)))
  return readFileSync(file)
}

/** Puts such a store into a file. */
async function fillFile(file: string, rows = 60): Promise<void> {
  const store = made.get(rows) ?? storeOf(rows)
  made.set(rows, store)
  writeFileSync(file, await store)
}

async function aStoreFile(): Promise<string> {
  const file = join(aFolder(), 'store.sqlite')
  await fillFile(file)
  return file
}

/** Numbers that look random and are the same in every run. */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

type Damage = (bytes: Buffer, random: () => number) => Buffer

const DAMAGES: Readonly<Record<string, Damage>> = {
  'with a page of zeros': (bytes, random) => bytes.fill(0, ...page(bytes, random)),
  'with a page of ones': (bytes, random) => bytes.fill(0xff, ...page(bytes, random)),
  'with a page of something else': (bytes, random) => bytes.fill('flows are not here. ', ...page(bytes, random)),
  'with bytes that flipped': (bytes, random) => {
    for (let n = 0; n < 200; n += 1) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256)
    return bytes
  },
  'with bytes that flipped in its first page': (bytes, random) => {
    for (let n = 0; n < 8; n += 1) bytes[Math.floor(random() * PAGE)] = Math.floor(random() * 256)
    return bytes
  },
  'with text that flipped': (bytes, random) => {
    for (let n = 0; n < 400; n += 1) {
      const at = Math.floor(random() * bytes.length)
      if (bytes[at] === 0x22 || bytes[at] === 0x7b) bytes[at] = 0x2c
    }
    for (let at = bytes.indexOf('{"'); at >= 0; at = bytes.indexOf('{"', at + 50)) if (random() < 0.1) bytes[at] = 0x2c
    return bytes
  },
  'that was cut short': (bytes, random) => bytes.subarray(0, Math.floor(random() * bytes.length)),
  'that was cut short in its first page': (bytes, random) => bytes.subarray(0, 1 + Math.floor(random() * PAGE)),
}

function page(bytes: Buffer, random: () => number): [number, number] {
  const number = Math.floor((random() * bytes.length) / PAGE)
  return [number * PAGE, (number + 1) * PAGE]
}

async function reading(store: Store): Promise<void> {
  await store.read(async (tx) => {
    await tx.state.tag(false)
    await tx.flows.all(false)
    await tx.flows.list(false, { status: 'active' }, { limit: 100 })
    await tx.sessions.list(false, {}, { limit: 100 })
    await tx.sessionCounts.everyFlow(false, { from: 0, to: 100_000 })
    await tx.reports.list(false, {}, { limit: 100 })
    await tx.events.list(false, { delivery_success: false }, { limit: 100 })
    await tx.deliveries.list(false, {}, { limit: 100 })
    await tx.webhookEndpoints.list(false, { limit: 100 })
    await tx.deployments.flowsAfter(false, 'd59')
    await tx.apiKeys.list(false, {}, { limit: 100 })
    for await (const _ of tx.contents.batches());
  })
}

async function writing(store: Store): Promise<void> {
  await store.write(async (tx: WriteTransaction) => {
    await tx.sessions.insert(aSession('new'))
    await tx.events.forget(2_000_000_000, 10)
    await tx.idempotency.forget(2_000_000_000)
    await tx.deliveries.claim({
      now: 2_000_000_000,
      patience: 3,
      except: [],
      leaseUntil: 2_000_000_100,
      limit: 10,
      roomOf: () => 10,
    })
    await tx.state.advance(false)
  })
}

async function using(file: string, readOnly: boolean, use: (store: Store) => Promise<void>): Promise<void> {
  const store = await openSqliteStore({ file, readOnly, patience: 100 })
  await use(store).finally(() => store.close())
}

const USES: Readonly<Record<string, (file: string, folder: string) => Promise<void>>> = {
  'is read': (file) => using(file, true, reading),
  'is opened for writing and read': (file) => using(file, false, reading),
  'is written': (file) => using(file, false, writing),
  'is backed up': (file, folder) => using(file, true, (store) => backUp(store, join(folder, 'backup'))),
  'is restored from': async (file, folder) => {
    await makeStore(join(folder, 'other'))
    await using(join(folder, 'other'), false, (store) => restore(store, file))
  },
  'is restored into': async (file, folder) => {
    const source = join(folder, 'source')
    await fillFile(source, 5)
    await using(file, false, (store) => restore(store, source))
  },
  'is counted in': async (file) => {
    copyFileSync(file, `${file}.whole-limits`)
    await makeStore(`${file}.whole`)
    await using(`${file}.whole`, false, async (store) => void (await store.rateLimits.take('a', 1, 1, 1)))
  },
}

describe.each(Object.entries(USES))('a store file that %s', (_use, use) => {
  test.each(Object.entries(DAMAGES))('%s is told as that, and never as a fault of this program', async (_, damage) => {
    const whole = readFileSync(await aStoreFile())
    for (let seed = 1; seed <= 12; seed += 1) {
      const folder = aFolder()
      const file = join(folder, 'store.sqlite')
      writeFileSync(file, damage(Buffer.from(whole), numbers(seed)))
      const failure = await use(file, folder).then(
        () => undefined,
        (error: unknown) => error,
      )
      // Damage may well hit what nobody looks at.
      if (failure === undefined) continue
      expect(failure, `seed ${seed}: ${String(failure)}`).toBeInstanceOf(StoreError)
    }
  })
})

describe('a store file that somebody else has changed', () => {
  test.each([
    ['a table is missing', 'drop table webhook_attempts; drop table api_keys'],
    ['a column is missing', 'alter table events drop column request'],
    ['a number is too large', "update verification_sessions set created = 9223372036854775807 where id = 's0001'"],
    ['a structure is not one', "update verification_sessions set options = '{\"a\"' where id = 's0001'"],
    ['a structure is bytes', "update verification_sessions set options = x'ff00' where id = 's0001'"],
  ])('so that %s is told as that', async (_, sql) => {
    const file = await aStoreFile()
    const Driver = await loadDriver()
    const database = new Driver(file)
    database.exec(sql)
    database.close()
    await expect(using(file, true, reading)).rejects.toMatchObject({ name: 'StoreError', code: 'unreadable' })
  })

  test.each([true, false])('a database of another program is left as it is (reader: %s)', async (readOnly) => {
    for (const sql of [
      'create table bookmarks (id text)',
      'create table migrations (id integer); insert into migrations values (1)',
    ]) {
      const file = join(aFolder(), 'store.sqlite')
      const Driver = await loadDriver()
      const database = new Driver(file)
      database.exec(sql)
      const tables = () => database.prepare('select name from sqlite_schema').all()
      const before = tables()
      await expect(using(file, readOnly, reading)).rejects.toMatchObject({ name: 'StoreError', code: 'unreadable' })
      expect(tables()).toEqual(before)
      database.close()
    }
  })
})
