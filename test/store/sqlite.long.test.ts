import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Kysely, sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { patient } from '../../src/store/sqlite/busy.js'
import { type Database, loadDriver } from '../../src/store/sqlite/database.js'
import { sqliteDialect } from '../../src/store/sqlite/driver/dialect.js'
import { openSqliteStore } from '../../src/store/sqlite/open.js'
import { bundled, startProgram } from './programs.js'
import { aFlowRecord, aSession, itsVersion } from './records.js'
import { aFolder } from './stores.js'

/** The file as SQLite has it, without the store around it. */
async function raw(file: string): Promise<Database> {
  const Driver = await loadDriver()
  return new Driver(file)
}

async function aStoreFile(): Promise<string> {
  const file = join(aFolder(), '.flows', 'store.sqlite')
  await (await openSqliteStore({ file })).close()
  return file
}

/** Without SQLite's own two files beside the store, which some drivers leave behind empty. */
function filesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => !/-(?:wal|shm)$/.test(name))
    .sort()
}

describe('opening for writing', () => {
  test('makes the folder, which git passes over', async () => {
    const file = join(aFolder(), 'deep', '.flows', 'store.sqlite')
    const store = await openSqliteStore({ file })
    expect(readFileSync(join(file, '..', '.gitignore'), 'utf8')).toBe('*\n')
    await store.close()
    expect(filesIn(join(file, '..'))).toEqual(['.gitignore', 'store.sqlite'])
  })

  test('writes no .gitignore into a folder that holds something else', async () => {
    const folder = aFolder()
    writeFileSync(join(folder, 'README'), '')
    await (await openSqliteStore({ file: join(folder, 'store.sqlite') })).close()
    expect(filesIn(folder)).toEqual(['README', 'store.sqlite'])
  })

  test('makes a file that only its user may read', async () => {
    const folder = aFolder()
    const file = join(folder, 'store.sqlite')
    const store = await openSqliteStore({ file })
    await store.write((tx) => tx.state.advance(false))
    const open = readdirSync(folder).filter((name) => (statSync(join(folder, name)).mode & 0o077) !== 0)
    await store.close()
    expect(open).toEqual(['.gitignore'])
  })

  test('keeps what is in the store', async () => {
    const file = await aStoreFile()
    const tags = []
    for (let round = 0; round < 2; round += 1) {
      const store = await openSqliteStore({ file })
      tags.push(await store.read((tx) => tx.state.tag(false)))
      await store.close()
    }
    expect(tags[1]).toEqual(tags[0])
  })

  test('survives power loss and killed processes: a log written ahead, synchronised at every commit', async () => {
    const file = await aStoreFile()
    const database = await raw(file)
    expect(database.prepare('pragma journal_mode').get()).toEqual({ journal_mode: 'wal' })
    database.close()
  })

  test('keeps nothing of what was replaced: who is forgotten is not in the file either', async () => {
    const file = await aStoreFile()
    const store = await openSqliteStore({ file })
    const sessions = Array.from({ length: 50 }, (_, n) =>
      aSession(`vs_${n}`, { metadata: { note: `MARKER ${'x'.repeat(n * 200)}` } }),
    )
    await store.write(async (tx) => {
      for (const session of sessions) await tx.sessions.insert(session)
    })
    await store.write(async (tx) => {
      for (const session of sessions) await tx.sessions.update({ ...session, metadata: {} })
    })
    await store.close()
    expect(readFileSync(file).includes('vs_49')).toBe(true)
    expect(readFileSync(file).includes('MARKER')).toBe(false)
  })

  test('many processes at once make one store between them', async () => {
    const program = await bundled('test/store/open-and-count.program.ts')
    const file = join(aFolder(), '.flows', 'store.sqlite')
    const at = String(Date.now() + 500)
    const programs = Array.from({ length: 8 }, () => startProgram(program, file, at))
    const ids = await Promise.all(programs.map((one) => one.next()))
    expect(await Promise.all(programs.map((one) => one.ended()))).toEqual(Array(8).fill(0))
    expect(new Set(ids).size).toBe(1)
    const store = await openSqliteStore({ file })
    expect(await store.read((tx) => tx.state.tag(false))).toMatchObject({ store_id: ids[0], revision: 8 })
    await store.close()
  })

  test('a process that waits too long for another is told so', async () => {
    const file = await aStoreFile()
    const store = await openSqliteStore({ file, patience: 100 })
    const other = await raw(file)
    other.exec('begin immediate')
    await expect(store.write((tx) => tx.state.advance(false))).rejects.toMatchObject({
      name: 'StoreError',
      code: 'busy',
    })
    other.exec('rollback')
    other.close()
    await store.write((tx) => tx.state.advance(false))
    await store.close()
  })

  test('reads go on while writes wait for another process, and those who stand in line wait no longer than the first', async () => {
    // One after the other they would wait four times as long, which leaves a busy machine six seconds.
    const PATIENCE = 2_000
    const file = await aStoreFile()
    const store = await openSqliteStore({ file, patience: PATIENCE })
    const other = await raw(file)
    other.exec('begin immediate')
    const writes = Array.from({ length: 4 }, () =>
      store.write((tx) => tx.state.advance(false)).catch((error) => error.code),
    )
    let isWaiting = true
    const all = Promise.all(writes).then((codes) => {
      isWaiting = false
      return codes
    })
    expect(await store.read((tx) => tx.state.tag(false))).toMatchObject({ revision: 0 })
    expect(isWaiting).toBe(true)
    const started = Date.now()
    expect(await all).toEqual(['busy', 'busy', 'busy', 'busy'])
    expect(Date.now() - started).toBeLessThan(4 * PATIENCE)
    other.exec('rollback')
    other.close()
    await store.close()
  })

  test('waiting for another process leaves this one free to work', async () => {
    const file = await aStoreFile()
    const [store, other] = [await openSqliteStore({ file }), await raw(file)]
    other.exec('begin immediate')
    let ticks = 0
    const timer = setInterval(() => {
      ticks += 1
      if (ticks === 5) other.exec('rollback')
    }, 20)
    await store.write((tx) => tx.state.advance(false))
    clearInterval(timer)
    expect(ticks).toBeGreaterThanOrEqual(5)
    other.close()
    await store.close()
  })
})

describe('opening for reading', () => {
  test('a file that is not there is an empty store, and stays not there', async () => {
    const folder = aFolder()
    const store = await openSqliteStore({ file: join(folder, '.flows', 'store.sqlite'), readOnly: true })
    expect(await store.read((tx) => tx.flows.all(false))).toEqual([])
    expect(await store.read((tx) => tx.state.tag(false))).toMatchObject({ revision: 0 })
    await store.close()
    expect(readdirSync(folder)).toEqual([])
  })

  test('a reader sees the store that a writer makes after it', async () => {
    const file = join(aFolder(), '.flows', 'store.sqlite')
    const reader = await openSqliteStore({ file, readOnly: true })
    expect(await reader.read((tx) => tx.flows.all(false))).toEqual([])
    const writer = await openSqliteStore({ file })
    await writer.write((tx) => tx.flows.save([aFlowRecord('a')], [itsVersion(aFlowRecord('a'))]))
    expect(await reader.read((tx) => tx.flows.all(false))).toHaveLength(1)
    await reader.close()
    await writer.close()
  })

  test('cannot write, and leaves the file as it is', async () => {
    const file = await aStoreFile()
    const before = readFileSync(file)
    const store = await openSqliteStore({ file, readOnly: true })
    await store.read((tx) => tx.flows.all(false))
    await expect(store.write((tx) => tx.state.advance(false))).rejects.toThrow('for reading only')
    await expect(
      store.read((tx) => (tx as never as { state: { advance(m: boolean): Promise<void> } }).state.advance(false)),
    ).rejects.toThrow(/readonly/)
    await store.close()
    expect(readFileSync(file).equals(before)).toBe(true)
  })

  test('a file that its writer has not filled yet is an empty store', async () => {
    const file = join(aFolder(), 'store.sqlite')
    writeFileSync(file, '')
    const store = await openSqliteStore({ file, readOnly: true })
    expect(await store.read((tx) => tx.flows.all(false))).toEqual([])
    await store.close()
    expect(readFileSync(file)).toHaveLength(0)
  })
})

describe('a store that cannot be used is told from one that is empty', () => {
  test.each([true, false])('a store of a newer version (reader: %s)', async (readOnly) => {
    const file = await aStoreFile()
    const database = await raw(file)
    database.exec("insert into migrations values ('9999-later', 0, 1)")
    database.close()
    const opened = openSqliteStore({ file, readOnly }).then((store) => store.read((tx) => tx.flows.all(false)))
    await expect(opened).rejects.toMatchObject({ code: 'too_new', message: expect.stringContaining(file) })
  })

  test('a store of an older version, to a reader', async () => {
    const file = await aStoreFile()
    const database = await raw(file)
    database.exec('delete from migrations')
    database.close()
    const store = await openSqliteStore({ file, readOnly: true })
    await expect(store.read((tx) => tx.flows.all(false))).rejects.toMatchObject({ code: 'too_old' })
    await store.close()
  })

  test.each([true, false])('a file that is something else (reader: %s)', async (readOnly) => {
    const file = join(aFolder(), 'store.sqlite')
    writeFileSync(file, 'name: not a store\n'.repeat(100))
    const opened = openSqliteStore({ file, readOnly }).then((store) => store.read((tx) => tx.flows.all(false)))
    await expect(opened).rejects.toMatchObject({ code: 'unreadable', message: expect.stringContaining(file) })
  })

  test.each([true, false])('a folder where the file should be (reader: %s)', async (readOnly) => {
    const file = join(aFolder(), 'store.sqlite')
    mkdirSync(file)
    const opened = openSqliteStore({ file, readOnly }).then((store) => store.read((tx) => tx.flows.all(false)))
    await expect(opened).rejects.toMatchObject({ code: 'unreadable' })
  })

  test('a store whose file is damaged', async () => {
    const file = await aStoreFile()
    const size = readFileSync(file).length
    writeFileSync(file, Buffer.concat([readFileSync(file).subarray(0, 4096), Buffer.alloc(size - 4096, 'x')]))
    const store = await openSqliteStore({ file, readOnly: true })
    const read = store.read((tx) => tx.flows.all(false))
    await expect(read).rejects.toMatchObject({ code: 'unreadable', message: expect.stringContaining(file) })
    await store.close()
  })

  test('a folder that cannot be made', async () => {
    const folder = aFolder()
    writeFileSync(join(folder, '.flows'), '')
    const opened = openSqliteStore({ file: join(folder, '.flows', 'store.sqlite') })
    await expect(opened).rejects.toMatchObject({ code: 'unreadable' })
    expect(existsSync(join(folder, '.flows'))).toBe(true)
  })
})

describe('values handed to SQLite', () => {
  test.each([
    ['an object', { a: 1 }],
    ['an array', [1]],
    ['a date', new Date(0)],
    ['undefined', undefined],
    ['a number that is none', Number.NaN],
    ['a string with NUL', 'a\0b'],
  ])('%s is refused rather than bent', async (_name, value) => {
    const db = await inMemory()
    await expect(sql`select ${value} as value`.execute(db)).rejects.toThrow(TypeError)
    await db.destroy()
  })

  test('booleans are stored as 0 and 1', async () => {
    const db = await inMemory()
    const { rows } = await sql`select ${true} as yes, ${false} as no, ${null} as none, ${'text'} as words`.execute(db)
    expect(rows).toEqual([{ yes: 1, no: 0, none: null, words: 'text' }])
    await db.destroy()
  })
})

async function inMemory(): Promise<Kysely<unknown>> {
  return new Kysely({ dialect: sqliteDialect(await raw(':memory:'), { whileBusy: patient('memory', 100) }) })
}
