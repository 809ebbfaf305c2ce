import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { loadDriver } from '../../src/store/sqlite/database.js'
import { openSqliteStore } from '../../src/store/sqlite/open.js'
import type { Store } from '../../src/store/store.js'
import { bundled } from './programs.js'
import { aSession } from './records.js'
import { withDriver } from './replaced-driver.js'
import { aFolder } from './stores.js'

const IDS = Array.from({ length: 20 }, (_, n) => `vs_${n}`)

async function aStore(): Promise<{ file: string; store: Store }> {
  const file = join(aFolder(), 'store.sqlite')
  const store = await openSqliteStore({ file })
  onTestFinished(() => store.close())
  return { file, store }
}

const make = (store: Store, id: string) => store.write((tx) => tx.sessions.insert(aSession(id)))

async function idsIn(store: Store): Promise<string[]> {
  const { data } = await store.read((tx) => tx.sessions.list(false, {}, { limit: 100 }))
  return data.map(({ id }) => id).sort()
}

interface Watched {
  /** The statements that were given to SQLite as they are. */
  readonly said: string[]
  /** Is not run but throws, once. */
  failing?: string | undefined
}

async function aWatchedStore(): Promise<{ store: Store; watched: Watched }> {
  const Driver = await loadDriver()
  const watched: Watched = { said: [] }
  class WatchedDriver extends Driver {
    override exec(sql: string): void {
      watched.said.push(sql)
      if (sql === watched.failing) {
        watched.failing = undefined
        throw new Error('the disk is gone')
      }
      super.exec(sql)
    }
  }
  const { store } = await withDriver(WatchedDriver, aStore)
  watched.said.length = 0
  return { store, watched }
}

describe('writes to the embedded store that arrive together', () => {
  test('share one commit', async () => {
    const { store, watched } = await aWatchedStore()
    await Promise.all(IDS.map((id) => make(store, id)))
    expect(watched.said.filter((sql) => sql === 'commit')).toHaveLength(1)
    expect(await idsIn(store)).toEqual(IDS.toSorted())
  })

  test('are not seen, and not acknowledged, before that commit', async () => {
    const { store } = await aStore()
    const acknowledged: string[] = []
    const writes = IDS.map(async (id) => {
      await make(store, id)
      acknowledged.push(id)
    })
    const seen: [seen: number, acknowledged: number][] = []
    for (let turn = 0; turn < 50; turn += 1) {
      const before = acknowledged.length
      seen.push([(await idsIn(store)).length, before])
    }
    await Promise.all(writes)
    for (const [there, before] of seen) expect(there).toBeGreaterThanOrEqual(before)
    expect(seen.filter(([there]) => ![0, IDS.length].includes(there))).toEqual([])
  })

  test('fail alone', async () => {
    const { store } = await aStore()
    await make(store, 'vs_7')
    const ends = await Promise.allSettled(
      IDS.map((id) =>
        store.write(async (tx) => {
          await tx.sessions.insert(aSession(`${id}_first`))
          if (id === 'vs_3') throw new Error('this one')
          await tx.sessions.insert(aSession(id))
        }),
      ),
    )
    const failed = IDS.filter((_, index) => ends[index]?.status === 'rejected')
    expect(failed).toEqual(['vs_3', 'vs_7'])
    const kept = IDS.filter((id) => !failed.includes(id)).flatMap((id) => [id, `${id}_first`])
    expect(await idsIn(store)).toEqual(['vs_7', ...kept].sort())
  })

  test('fail all where their commit fails, and the next one succeeds', async () => {
    const { store, watched } = await aWatchedStore()
    watched.failing = 'commit'
    const ends = await Promise.allSettled(IDS.map((id) => make(store, id)))
    expect(new Set(ends.map((end) => end.status === 'rejected' && String(end.reason)))).toEqual(
      new Set(['Error: the disk is gone']),
    )
    expect(await idsIn(store)).toEqual([])
    await make(store, 'vs_next')
    expect(await idsIn(store)).toEqual(['vs_next'])
  })

  test('fail all where a failure of one makes SQLite give up everything: nobody was answered', async () => {
    const { store, watched } = await aWatchedStore()
    watched.failing = 'rollback to one_write; release one_write'
    const ends = await Promise.allSettled([
      make(store, 'vs_1'),
      store.write(async () => {
        throw new Error('a full disk')
      }),
      make(store, 'vs_2'),
    ])
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled'])
    expect(watched.said.filter((sql) => sql === 'rollback')).toHaveLength(1)
    expect(await idsIn(store)).toEqual(['vs_2'])
  })

  test('are all there or none, and none was acknowledged, when the process is killed between a write and the commit', async () => {
    const program = await bundled('test/store/writing-together.program.ts')
    const run = async (atCall?: number) => {
      const { file, store } = await aStore()
      const calls = join(aFolder(), 'calls')
      const { stdout, signal } = spawnSync(process.execPath, [program, file, String(IDS.length)], {
        encoding: 'utf8',
        env: {
          ...process.env,
          NODE_OPTIONS: `--import=${resolve('test/helpers/ended-at-call.mjs')}`,
          ...(atCall === undefined ? { CALLS: calls } : { AT_CALL: String(atCall) }),
        },
      })
      const acknowledged = stdout.split('\n').filter(Boolean).length
      const count = atCall === undefined ? Number(readFileSync(calls, 'utf8')) : 0
      return { signal, acknowledged, kept: (await idsIn(store)).length, count }
    }
    const { count, ...whole } = await run()
    expect(whole).toEqual({ signal: null, acknowledged: IDS.length, kept: IDS.length })
    // Before the last write is ended, and before the commit.
    for (const atCall of [count - 2, count - 1, count]) {
      expect(await run(atCall), `call ${atCall} of ${count}`).toEqual({
        signal: 'SIGKILL',
        acknowledged: 0,
        kept: 0,
        count: 0,
      })
    }
  })
})
