import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { embedded } from '../../src/remote/embedded/embedded.js'
import { openSqliteStore } from '../../src/store/sqlite/open.js'
import type { Store } from '../../src/store/store.js'
import { aSession } from './records.js'
import { aFolder } from './stores.js'

const GONE = { name: 'StoreError', code: 'gone' }

async function opened(): Promise<{ file: string; store: Store; told: string[] }> {
  const file = join(aFolder(), '.flows', 'store.sqlite')
  const told: string[] = []
  const store = await openSqliteStore({ file, tell: (message) => told.push(message) })
  onTestFinished(() => store.close())
  await store.write((tx) => tx.sessions.insert(aSession('before')))
  return { file, store, told }
}

/** What people, git and other programs do to the file of a store under a process that has it open. */
const WAYS: readonly (readonly [string, (file: string) => void])[] = [
  ['is removed', (file) => rmSync(file)],
  ['is removed with all that lies beside it, as git clean does', (file) => rmSync(dirname(file), { recursive: true })],
  ['is moved away', (file) => renameSync(file, `${file}.old`)],
  ['is in a folder that is moved away', (file) => renameSync(dirname(file), `${dirname(file)}.old`)],
  [
    'is replaced by a copy',
    (file) => {
      copyFileSync(file, `${file}.copy`)
      renameSync(`${file}.copy`, file)
    },
  ],
  [
    'is replaced by a folder',
    (file) => {
      rmSync(file)
      mkdirSync(file)
    },
  ],
  ['loses its log', (file) => rmSync(`${file}-wal`)],
  ['loses the index of its log', (file) => rmSync(`${file}-shm`)],
]

describe.each(WAYS)('a store whose file %s while it is open', (_, way) => {
  test('acknowledges no write and answers no read, and says why, once', async () => {
    const { file, store, told } = await opened()
    way(file)
    for (const id of ['a', 'b']) {
      await expect(store.write((tx) => tx.sessions.insert(aSession(id)))).rejects.toMatchObject(GONE)
      await expect(store.read((tx) => tx.sessions.byId(false, id))).rejects.toMatchObject(GONE)
    }
    expect(told).toEqual([expect.stringContaining('was removed or replaced while it was open')])
  })

  test('does not acknowledge a write that was under way', async () => {
    const { file, store } = await opened()
    const writing = store.write(async (tx) => {
      await tx.sessions.insert(aSession('a'))
      way(file)
    })
    await expect(writing).rejects.toMatchObject(GONE)
  })
})

test('a file that was moved away and put back is the same store, and nothing is lost', async () => {
  const { file, store } = await opened()
  renameSync(dirname(file), `${dirname(file)}.old`)
  await expect(store.write((tx) => tx.sessions.insert(aSession('a')))).rejects.toMatchObject(GONE)
  renameSync(`${dirname(file)}.old`, dirname(file))
  await store.write((tx) => tx.sessions.insert(aSession('b')))
  expect(await store.read((tx) => tx.sessions.byId(false, 'before'))).toMatchObject({ id: 'before' })
  expect(await store.read((tx) => tx.sessions.byId(false, 'a'))).toBeUndefined()
})

test('a reader of a store that is replaced is told, rather than shown what was there before', async () => {
  const { file } = await opened()
  const reader = await openSqliteStore({ file, readOnly: true })
  onTestFinished(() => reader.close())
  await reader.read((tx) => tx.sessions.byId(false, 'before'))
  rmSync(file)
  await expect(reader.read((tx) => tx.sessions.byId(false, 'before'))).rejects.toMatchObject(GONE)
})

test('a store in use stays locked, so that nobody takes its log away, however often this process opens it once more', async () => {
  const { file } = await opened()
  const locks = () => {
    const { ino } = statSync(file)
    const lines = readFileSync('/proc/locks', 'utf8').split('\n')
    return lines.filter((line) => line.includes(` ${process.pid} `) && line.includes(`:${ino} `))
  }
  expect(locks()).toHaveLength(1)
  await (await openSqliteStore({ file })).close()
  expect(locks()).toHaveLength(1)
})

test('flows that are applied to an embedded store that goes away meanwhile are not said to be', async () => {
  const { file } = await opened()
  const writer = await embedded({ file, actor: 'tester' }).writer()
  onTestFinished(() => writer.close())
  rmSync(file)
  await expect(writer.createSession({ type: 'document' })).rejects.toMatchObject({
    name: 'RemoteError',
    kind: 'unreachable',
    code: 'gone',
  })
})

describe('the file in which requests are counted', () => {
  test('may be removed at any time: all who count find the new one', async () => {
    const { file, store, told } = await opened()
    const other = await openSqliteStore({ file })
    onTestFinished(() => other.close())
    expect(await store.rateLimits.take('a', 1, 3, 5)).toBe(3)
    expect(await other.rateLimits.take('a', 1, 2, 5)).toBe(2)
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${file}-limits${suffix}`, { force: true })
    const granted = await Promise.all(
      [1, 2, 3].flatMap(() => [store, other]).map((one) => one.rateLimits.take('a', 1, 1, 5)),
    )
    expect(granted.reduce((sum, one) => sum + one, 0)).toBe(5)
    expect(told).toEqual([])
  })
})
