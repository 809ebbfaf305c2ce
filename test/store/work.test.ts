import { describe, expect, test } from 'vitest'
import type { WorkRecord } from '../../src/store/work.js'
import { aSession, aWork } from './records.js'
import { stores } from './stores.js'

const NOW = 1_790_000_000
const LANES = ['a:test', 'b:test']
const LEASE = { now: NOW, leaseUntil: NOW + 60 }

describe.each(stores)('work that is written down, on $name,', (implementation) => {
  async function aStore(...work: readonly WorkRecord[]) {
    const place = await implementation.made()
    const store = await place.open()
    await store.write(async (tx) => {
      for (const one of work) await tx.work.insert(one)
    })
    const claim = (more: object = {}, from = store) =>
      from.write(async (tx) => {
        const claimed = await tx.work.claim({ ...LEASE, limit: 10, roomOf: () => 10, lanes: LANES, ...more })
        return claimed.map(({ id }) => id)
      })
    const hasDue = (now = NOW, lanes: readonly string[] = LANES) => store.read((tx) => tx.work.hasDue(now, lanes))
    const named = (name: string) => store.read((tx) => tx.work.named(name))
    return { store, place, claim, hasDue, named }
  }
  const one = (id: string, lane: string, more: Partial<WorkRecord> = {}) => aWork(id, { lane, ...more })

  test('is there once for each name', async () => {
    const { store, named } = await aStore(one('w1', 'a:test', { name: 'n', payload: { a: 1 } }))
    const again = store.write((tx) => tx.work.insert(one('w2', 'a:test', { name: 'n' })))
    expect(await again).toBe(false)
    expect(await store.write((tx) => tx.work.insert(one('w2', 'a:test')))).toBe(true)
    expect(await named('n')).toMatchObject({ id: 'w1', payload: { a: 1 } })
  })

  test('is claimed in turns by its lanes, the longest due first, as far as there is room, and once', async () => {
    const { place, claim, hasDue } = await aStore(
      ...['a1', 'a2', 'a3'].map((id, n) => one(id, 'a:test', { next_attempt: NOW - 9 + n })),
      one('b1', 'b:test'),
      one('later', 'b:test', { next_attempt: NOW + 1 }),
      one('other', 'c:test'),
    )
    expect(await hasDue()).toBe(true)
    expect(await claim({ limit: 3 })).toEqual(['a1', 'b1', 'a2'])
    const other = await place.open()
    const both = await Promise.all([claim(), claim({}, other)])
    expect(both.flat()).toEqual(['a3'])
    expect([await hasDue(), await hasDue(NOW, ['c:test'])]).toEqual([false, true])
    // Whoever began it has ended without a word.
    expect(await claim({ now: NOW + 61, leaseUntil: NOW + 99 })).toEqual(['a1', 'b1', 'a2', 'later', 'a3'])
  })

  test('is taken at once, due or not, but not from who is at it', async () => {
    const { store } = await aStore(one('w', 'a:test', { next_attempt: NOW + 99 }))
    const take = (lease = LEASE) => store.write((tx) => tx.work.take('w', lease))
    expect(await take()).toMatchObject({ id: 'w', attempts: 1, leased_until: NOW + 60 })
    expect(await take()).toBeUndefined()
    expect(await take({ now: NOW + 61, leaseUntil: NOW + 99 })).toMatchObject({ attempts: 2 })
  })

  test('is put off by the attempt that is under way, and by no other', async () => {
    const { store, claim } = await aStore(one('w', 'a:test'))
    await claim()
    const postpone = (attempts: number) => store.write((tx) => tx.work.postpone({ id: 'w', attempts }, NOW + 5))
    expect([await postpone(0), await postpone(1)]).toEqual([false, true])
    expect(await claim({ now: NOW + 4 })).toEqual([])
    expect(await claim({ now: NOW + 5 })).toEqual(['w'])
  })

  test('ends once, unless it was made due again while it was under way', async () => {
    const { store, claim, named } = await aStore(one('w', 'a:test', { name: 'n' }))
    const finish = (next_attempt = NOW) => store.write((tx) => tx.work.finish({ id: 'w', next_attempt }))
    const schedule = (at: number) =>
      store.write((tx) => tx.work.schedule(one('w2', 'a:test', { name: 'n', next_attempt: at })))
    await claim()
    // No sooner than it was due already, but after it was begun.
    await schedule(NOW)
    expect(await finish()).toBe('again')
    expect(await claim()).toEqual(['w'])
    expect(await finish((await named('n'))?.next_attempt)).toBe('finished')
    expect([await finish(), await named('n')]).toEqual(['gone', undefined])
    await schedule(NOW + 50)
    await schedule(NOW + 10)
    expect(await named('n')).toMatchObject({ id: 'w2', next_attempt: NOW + 10 })
  })
})

describe.each(stores)('sessions that are due, on $name,', (implementation) => {
  test('are claimed once, the longest due first, and are due again when the lease is over', async () => {
    const place = await implementation.made()
    const store = await place.open()
    await store.write(async (tx) => {
      for (const n of [3, 1, 2, 9]) await tx.sessions.insert(aSession(`vs_${n}`, { due: NOW + n }))
      await tx.sessions.insert(aSession('vs_0'))
    })
    const claim = async (now: number, from = store) => {
      const wanted = { now, leaseUntil: now + 30, limit: 10 }
      return (await from.write((tx) => tx.sessions.claimDue(wanted))).map(({ id }) => id)
    }
    const hasDue = (by: number) => store.read((tx) => tx.sessions.hasDue(by))
    expect([await hasDue(NOW), await hasDue(NOW + 1)]).toEqual([false, true])
    const other = await place.open()
    const both = await Promise.all([claim(NOW + 3), claim(NOW + 3, other)])
    expect(both.flat()).toEqual(['vs_1', 'vs_2', 'vs_3'])
    expect(await claim(NOW + 9)).toEqual(['vs_9'])
    expect((await claim(NOW + 33)).sort()).toEqual(['vs_1', 'vs_2', 'vs_3'])
  })
})
