import { existsSync } from 'node:fs'
import { Kysely } from 'kysely'
import { describe, expect, test } from 'vitest'
import type { Migration } from '../../src/store/migrations/migration.js'
import { MIGRATIONS, migrate } from '../../src/store/migrations/migrations.js'
import type { Tables } from '../../src/store/queries/tables.js'
import { patient } from '../../src/store/sqlite/busy.js'
import { loadDriver } from '../../src/store/sqlite/database.js'
import { sqliteDialect } from '../../src/store/sqlite/driver/dialect.js'
import { query } from './databases.js'
import { anApiKey, aSession } from './records.js'
import { aFolder, sqlite, stores } from './stores.js'

/** What a later version might add: a table, and a column with a default. */
const additive: Migration = {
  name: '9001-later',
  async up(tx) {
    await tx.schema.createTable('later').addColumn('id', 'text').execute()
    await tx.schema
      .alterTable('verification_sessions')
      .addColumn('later', 'text', (column) => column.notNull().defaultTo('none'))
      .execute()
  },
}
const breaking: Migration = {
  name: '9002-breaking',
  isBreaking: true,
  async up(tx) {
    await tx.schema.dropTable('api_keys').execute()
  },
}
const failing: Migration = {
  name: '9003-failing',
  async up(tx) {
    await tx.schema.createTable('half').addColumn('id', 'text').execute()
    throw new Error('no')
  },
}

for (const implementation of stores) {
  describe(`the migrations of a store on ${implementation.name}`, () => {
    test('run once each, and a store that has them all is left as it is', async () => {
      const { open } = await implementation.place()
      for (let round = 0; round < 2; round += 1) {
        const store = await open({ migrations: [...MIGRATIONS, additive] })
        await store.write((tx) => tx.apiKeys.insert(anApiKey(`k${round}`)))
      }
      expect((await (await open()).read((tx) => tx.apiKeys.list(false, {}, { limit: 10 }))).data).toHaveLength(2)
    })

    test('of a newer version that only add something leave an older program at work, open before or after', async () => {
      const { open } = await implementation.place()
      const before = await open()
      await before.write((tx) => tx.sessions.insert(aSession('a')))
      const newer = await open({ migrations: [...MIGRATIONS, additive] })
      const after = await open()
      for (const [store, id] of [
        [before, 'b'],
        [after, 'c'],
        [newer, 'd'],
      ] as const) {
        await store.write((tx) => tx.sessions.insert(aSession(id)))
        expect(await store.read((tx) => tx.sessions.byId(false, 'a'))).toMatchObject({ id: 'a' })
      }
      const { data } = await after.read((tx) => tx.sessions.list(false, {}, { limit: 10 }))
      expect(data.map(({ id }) => id)).toEqual(['d', 'c', 'b', 'a'])
    })

    test('of a newer version that break something refuse an older program, reading or writing', async () => {
      const { open } = await implementation.place()
      await open({ migrations: [...MIGRATIONS, breaking] })
      for (const readOnly of [false, true]) {
        const opened = open({ readOnly }).then((store) => store.read((tx) => tx.flows.all(false)))
        await expect(opened).rejects.toMatchObject({ name: 'StoreError', code: 'too_new' })
      }
    })

    test('of an older store are announced, as they may take long; a new store and one that has them all open in silence', async () => {
      const { open } = await implementation.place()
      const said: string[] = []
      const tell = (message: string) => said.push(message)
      for (const migrations of [MIGRATIONS, MIGRATIONS, [...MIGRATIONS, additive], [...MIGRATIONS, additive]]) {
        const before = said.length
        const { label } = await open({ migrations, tell })
        const isOlder = migrations.length > MIGRATIONS.length && before === 0
        expect(said.slice(before)).toEqual(isOlder ? [expect.stringContaining(`${label} is being updated`)] : [])
      }
      expect(said).toHaveLength(1)
    })

    test('are named to whoever asks which ran, once each, and whoever may not run them is told which are needed', async () => {
      const { open, where } = await implementation.place()
      const ran: string[][] = []
      const opening = { ran: (names: readonly string[]) => void ran.push([...names]) }
      const all = MIGRATIONS.map(({ name }) => name)
      const refused = open({ whenPending: 'refuse' })
      await expect(refused).rejects.toMatchObject({ code: 'migrations_pending', pending: all })
      if (implementation.name === 'SQLite') expect(existsSync(where)).toBe(false)
      await open(opening)
      await open({ ...opening, whenPending: 'refuse' })
      const later = { migrations: [...MIGRATIONS, additive] }
      await expect(open({ ...later, whenPending: 'refuse' })).rejects.toMatchObject({ pending: ['9001-later'] })
      await open({ ...later, ...opening })
      expect(ran).toEqual([all, ['9001-later']])
      // A store that is ahead of this program needs nothing.
      await open({ ...opening, whenPending: 'refuse' })
    })

    test('forget what a person picked, also when a program ends the attempt or redacts that does not know it', async () => {
      const { open, where } = await implementation.place()
      const store = await open()
      const picking = { status: 'processing', picked: { type: 'passport', country: 'FR' } } as const
      for (const id of ['a', 'b', 'c']) await store.write((tx) => tx.sessions.insert(aSession(id, picking)))
      const asOlder = async (set: string, id: string) => {
        const update = `update verification_sessions set ${set} where id = '${id}'`
        if (implementation.name === 'PostgreSQL') await query(where, update)
        else new (await loadDriver())(where).exec(update)
      }
      await asOlder("status = 'verified'", 'a')
      await asOlder("redaction = 'processing'", 'b')
      await asOlder("status = 'processing'", 'c')
      const pickedIn = async (id: string) => (await store.read((tx) => tx.sessions.byId(false, id)))?.picked
      expect([await pickedIn('a'), await pickedIn('b'), await pickedIn('c')]).toEqual([null, null, picking.picked])
    })

    test('that fail leave nothing behind', async () => {
      const { open } = await implementation.place()
      await expect(open({ migrations: [...MIGRATIONS, failing] })).rejects.toThrow('no')
      const store = await open({ migrations: [...MIGRATIONS, { ...failing, up: additive.up }] })
      expect(await store.read((tx) => tx.flows.all(false))).toEqual([])
    })

    test('are not run by a reader, which is told that they are missing', async () => {
      const { open } = await implementation.place()
      await open()
      const reading = open({ readOnly: true, migrations: [...MIGRATIONS, additive] })
      await expect(reading.then((store) => store.read((tx) => tx.flows.all(false)))).rejects.toMatchObject({
        code: 'too_old',
      })
    })
  })
}

describe('a store of the first version, which did not record what breaks', () => {
  test('learns it in place, and keeps what it holds', async () => {
    const { where, open } = await sqlite.place()
    const store = await open()
    await store.write((tx) => tx.apiKeys.insert(anApiKey('k')))
    await store.close()
    const Driver = await loadDriver()
    const database = new Driver(where)
    database.exec('alter table migrations drop column breaking')
    expect((await (await open()).read((tx) => tx.apiKeys.list(false, {}, { limit: 10 }))).data).toHaveLength(1)
    await open({ migrations: [...MIGRATIONS, additive, breaking] })
    const rows = database.prepare('select name, breaking from migrations order by name').all()
    expect(rows.slice(-2).map((row) => ({ ...(row as object) }))).toEqual([
      { name: '9001-later', breaking: 0 },
      { name: '9002-breaking', breaking: 1 },
    ])
    database.close()
  })

  test('that somebody else takes too far meanwhile is refused in the midst of migrating', async () => {
    const Driver = await loadDriver()
    const database = new Driver(`${aFolder()}/store.sqlite`)
    const db = new Kysely<Tables>({ dialect: sqliteDialect(database, { whileBusy: patient('store', 100) }) })
    await migrate(db, { label: 'store', migrations: [...MIGRATIONS, breaking] })
    await expect(migrate(db, { label: 'store' })).rejects.toMatchObject({ code: 'too_new' })
    database.close()
  })
})

describe('beside a program that knows no place but its own for a related person', () => {
  const person = { account: 'acct_1', person: 'person_1' }

  test('what either writes, the other reads', async () => {
    const { where, open } = await sqlite.place()
    const store = await open()
    await store.write((tx) => tx.sessions.insert(aSession('new', { given: { related_person: person, later: 1 } })))
    await store.write((tx) => tx.sessions.insert(aSession('old')))
    const Driver = await loadDriver()
    const database = new Driver(where)
    const seen = database.prepare("select related_person from verification_sessions where id = 'new'").all()
    expect(seen.map((row) => JSON.parse((row as { related_person: string }).related_person))).toEqual([person])
    // As the older program does.
    database
      .prepare("update verification_sessions set related_person = ?, given = null where id = 'old'")
      .run(JSON.stringify(person))
    database.close()
    const given = async (id: string) => (await store.read((tx) => tx.sessions.byId(false, id)))?.given
    expect(await given('new')).toEqual({ related_person: person, later: 1 })
    expect(await given('old')).toEqual({ related_person: person })
  })
})
