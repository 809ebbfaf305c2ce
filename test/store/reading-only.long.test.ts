import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { loadDriver, type Statement } from '../../src/store/sqlite/database.js'
import { openSqliteStore } from '../../src/store/sqlite/open.js'
import type { Store } from '../../src/store/store.js'
import { aNobody, forReadingOnly, readableByAll } from '../helpers/nobody.js'
import { bundled } from './programs.js'
import { aSession } from './records.js'
import { withDriver } from './replaced-driver.js'
import { aFolder } from './stores.js'

let program: string

beforeAll(async () => {
  program = await bundled('test/store/read-and-count.program.ts')
})

/** Only root writes where nobody may: without it the two cannot be told apart. */
const mayRun = process.getuid?.() === 0
if (!mayRun) {
  const message = 'readers without rights are NOT tested beside writers here: that takes root'
  if (process.env.CI) throw new Error(message)
  console.warn(message)
}

function aReader(file: string, mode: 'asked' | 'always') {
  const child = aNobody().start(readableByAll(program), [file, mode])
  onTestFinished(() => void child.kill('SIGKILL'))
  child.stderr?.pipe(process.stderr)
  if (child.stdout === null) throw new Error('it prints nothing')
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    next: async () => {
      const { value, done } = await lines.next()
      if (done) throw new Error('the reader has ended')
      return Number(value)
    },
    ask: () => child.stdin?.write('\n'),
    end: () => child.stdin?.end(),
    lines,
  }
}

/** Two sessions in one transaction: nobody ever sees one of them alone. */
async function writePair(store: Store, n: number): Promise<void> {
  await store.write(async (tx) => {
    await tx.sessions.insert(aSession(`vs_${n}a`))
    await tx.sessions.insert(aSession(`vs_${n}b`))
  })
}

async function aStore(): Promise<string> {
  const folder = join(aFolder(), 'store')
  const file = join(folder, 'store.sqlite')
  const store = await openSqliteStore({ file })
  await writePair(store, 0)
  await store.close()
  // As SQLite leaves it where whoever closed it last could write: a copy has to be read, until somebody opens it.
  for (const part of ['-wal', '-shm']) rmSync(file + part, { force: true })
  forReadingOnly(folder)
  forReadingOnly(join(folder, '..'))
  return file
}

describe.runIf(mayRun)('who may only read a store while others write', () => {
  test('sees all that was written before, whether its writers have it open or closed it', async () => {
    const file = await aStore()
    const reader = aReader(file, 'asked')
    const count = () => {
      reader.ask()
      return reader.next()
    }
    expect(await count()).toBe(2)
    for (let n = 1; n <= 12; n += 1) {
      const store = await openSqliteStore({ file })
      await writePair(store, n)
      if (n % 3 === 0) expect(await count()).toBe(2 * n + 2)
      await store.close()
      expect(await count()).toBe(2 * n + 2)
    }
  })

  test('never sees half of a transaction, nor anything go back', async () => {
    const file = await aStore()
    const reader = aReader(file, 'always')
    const seen = [await reader.next()]
    let isWritten = false
    const reading = (async () => {
      while (!isWritten) seen.push(await reader.next())
      reader.end()
      for (;;) {
        const { value, done } = await reader.lines.next()
        if (done) break
        seen.push(Number(value))
      }
    })()
    for (let n = 1; n <= 40; n += 1) {
      const store = await openSqliteStore({ file })
      await writePair(store, n)
      await store.close()
      // Sometimes longer than a copy takes.
      await new Promise((resolve) => setTimeout(resolve, n % 4 === 0 ? 150 : 0))
    }
    isWritten = true
    await reading
    expect(seen.filter((count) => count % 2 !== 0)).toEqual([])
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
    expect(new Set(seen).size).toBeGreaterThan(2)
    expect(seen.at(-1)).toBe(82)
  })
})

test('a read that meets the index of the log while a writer makes it anew opens the store again', async () => {
  const file = join(aFolder(), 'store.sqlite')
  const store = await openSqliteStore({ file })
  onTestFinished(() => store.close())
  await writePair(store, 0)
  const Driver = await loadDriver()
  let faults = 2
  class Recovering extends Driver {
    override prepare(sql: string): Statement {
      const statement = super.prepare(sql)
      const all = (...values: never[]) => {
        // SQLITE_READONLY_RECOVERY, as SQLite says it to who may not write.
        const fault = { code: 'ERR_SQLITE_ERROR', errcode: 264 }
        if (sql.includes('verification_sessions') && faults-- > 0) throw Object.assign(new Error('readonly'), fault)
        return statement.all(...values)
      }
      return { all, get: statement.get.bind(statement), run: statement.run.bind(statement) } as never
    }
  }
  const reader = await withDriver(Recovering, () => openSqliteStore({ file, readOnly: true }))
  onTestFinished(() => reader.close())
  expect((await reader.read((tx) => tx.sessions.list(false, {}, { limit: 10 }))).data).toHaveLength(2)
  expect(faults).toBeLessThan(0)
})
