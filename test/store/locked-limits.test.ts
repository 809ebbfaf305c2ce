import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { loadDriver } from '../../src/store/sqlite/database.js'
import { openSqliteStore } from '../../src/store/sqlite/open.js'
import { aSession } from './records.js'
import { aFolder } from './stores.js'

test('a file of rate limits that another process has locked holds up nobody, is told once, and is used again later', async () => {
  const file = join(aFolder(), '.flows', 'store.sqlite')
  const told: string[] = []
  const store = await openSqliteStore({ file, tell: (message) => told.push(message) })
  onTestFinished(() => store.close())
  expect(await store.rateLimits.take('a', 1, 1, 10)).toBe(1)
  const Driver = await loadDriver()
  const other = new Driver(`${file}-limits`)
  onTestFinished(() => other.close())
  other.exec('begin immediate')
  const started = Date.now()
  for (let n = 0; n < 100; n += 1) {
    const asked = Promise.all(Array.from({ length: 20 }, () => store.rateLimits.take('a', 1, 1, 10)))
    await expect(asked).rejects.toMatchObject({ name: 'StoreError', code: 'busy' })
  }
  // Two thousand that waited each for itself would be at it for minutes.
  expect(Date.now() - started).toBeLessThan(20_000)
  const asking = () => store.rateLimits.take('a', 1, 1, 10).catch(() => told.length)
  await expect.poll(asking, { timeout: 20_000, interval: 100 }).toBe(1)
  await store.write((tx) => tx.sessions.insert(aSession('vs_1')))
  expect(told).toEqual([expect.stringContaining('cannot be used: requests are let through uncounted')])
  other.exec('rollback')
  await expect.poll(() => store.rateLimits.take('a', 2, 1, 10), { timeout: 20_000, interval: 500 }).toBe(1)
  expect(told).toEqual([expect.anything(), expect.stringContaining('requests are counted')])
})
