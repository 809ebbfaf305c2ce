import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { Store } from '../../src/store/store.js'
import type { DeliveryClaim, DeliveryRecord } from '../../src/store/webhooks.js'
import { held } from './holding.js'
import { aDelivery } from './records.js'
import { stores } from './stores.js'

const NOW = 1_790_000_000

for (const { name, made: place } of stores) {
  describe(`deliveries on ${name}`, () => {
    const aStore = async (...deliveries: readonly DeliveryRecord[]) => {
      const store = await (await place()).open()
      await store.write((tx) => tx.deliveries.insert(deliveries))
      return store
    }
    const claim = async (store: Store, more: Partial<DeliveryClaim> = {}) => {
      const room = { limit: 10, roomOf: () => 100, except: [] }
      const wanted = { now: NOW, leaseUntil: NOW + 30, patience: 3, ...room, ...more }
      return (await store.write((tx) => tx.deliveries.claim(wanted))).map(({ id, attempts }) => `${id} ${attempts}`)
    }
    const hasDue = (store: Store, more = {}) =>
      store.read((tx) => tx.deliveries.hasDue({ now: NOW, except: [], ...more }))
    const settle = (
      store: Store,
      delivery: string,
      number: number,
      status: DeliveryRecord['status'],
      next = NOW + 60,
    ) =>
      store.write((tx) =>
        tx.deliveries.settle(
          { delivery, number, duration: 12, response_status: status === 'succeeded' ? 200 : 500, error: null },
          { status, next_attempt: status === 'pending' ? next : null, makesRoom: number >= 3 },
        ),
      )
    const one = (store: Store, id = 'whd_1') => store.read((tx) => tx.deliveries.byId(false, id))

    test('are claimed when they are due, the longest due first, each once', async () => {
      const store = await aStore(
        aDelivery('whd_1'),
        aDelivery('whd_2', { next_attempt: NOW - 5, livemode: true }),
        aDelivery('whd_3', { next_attempt: NOW + 1 }),
        aDelivery('whd_4', { status: 'succeeded', next_attempt: null }),
      )
      expect(await claim(store, { limit: 1 })).toEqual(['whd_2 1'])
      expect(await hasDue(store)).toBe(true)
      expect(await hasDue(store, { except: ['we_1'] })).toBe(false)
      expect(await claim(store)).toEqual(['whd_1 1'])
      expect(await hasDue(store)).toBe(false)
      expect(await claim(store)).toEqual([])
      expect(await claim(store, { now: NOW + 1 })).toEqual(['whd_3 1'])
    })

    test('belong to whoever claimed them until the lease ends, and then to the next, with the next number', async () => {
      const store = await aStore(aDelivery('whd_1'))
      expect(await claim(store)).toEqual(['whd_1 1'])
      expect(await claim(store, { now: NOW + 30 })).toEqual([])
      expect(await claim(store, { now: NOW + 31, leaseUntil: NOW + 61 })).toEqual(['whd_1 2'])
      expect(await settle(store, 'whd_1', 1, 'succeeded')).toBe(false)
      expect(await one(store)).toMatchObject({ status: 'pending', attempts: 2, leased_until: NOW + 61 })
      expect(await settle(store, 'whd_1', 2, 'pending')).toBe(true)
      expect(await one(store)).toMatchObject({ status: 'pending', next_attempt: NOW + 60, leased_until: null })
      const attempts = await store.read((tx) => tx.deliveries.attempts(['whd_1']))
      expect(attempts.map(({ number, started, response_status }) => [number, started, response_status])).toEqual([
        [1, NOW, 200],
        [2, NOW + 31, 500],
      ])
    })

    test('wait for an earlier one of their object to their endpoint, until it has ended or makes room', async () => {
      const [object, endpoint] = ['vs_1', 'we_1']
      const store = await aStore(
        aDelivery('whd_1', { object, endpoint }),
        aDelivery('whd_2', { object, endpoint }),
        aDelivery('whd_3', { object, endpoint: 'we_2' }),
        aDelivery('whd_4', { object, endpoint }),
      )
      await store.write((tx) => tx.deliveries.insert([aDelivery('whd_5', { object, endpoint })]))
      expect(await claim(store)).toEqual(['whd_1 1', 'whd_3 1'])
      await settle(store, 'whd_3', 1, 'succeeded')
      for (const number of [1, 2]) {
        await settle(store, 'whd_1', number, 'pending', NOW)
        expect(await claim(store)).toEqual([`whd_1 ${number + 1}`])
      }
      // The third attempt is under way.
      expect(await hasDue(store)).toBe(false)
      await settle(store, 'whd_1', 3, 'pending', NOW + 600)
      expect(await claim(store)).toEqual(['whd_2 1'])
      await settle(store, 'whd_2', 1, 'succeeded')
      expect(await claim(store)).toEqual(['whd_4 1'])
      await settle(store, 'whd_4', 1, 'failed')
      expect(await claim(store)).toEqual(['whd_5 1'])
      expect(await claim(store, { now: NOW + 600 })).toEqual(['whd_5 2', 'whd_1 4'])
    })

    test('that are written while the one that they wait for ends move up all the same', async () => {
      const { open } = await place()
      const [store, other] = [await open(), await open()]
      const object = 'vs_1'
      await store.write((tx) => tx.deliveries.insert([aDelivery('whd_1', { object })]))
      expect(await claim(store)).toEqual(['whd_1 1'])
      const holder = await held(other, (tx) => tx.deliveries.insert([aDelivery('whd_2', { object })]))
      const settling = settle(store, 'whd_1', 1, 'succeeded')
      // It waits for the other, which does not know of it: were it not to, it would have ended by then.
      await Promise.race([settling, sleep(500)])
      await holder.end()
      expect(await settling).toBe(true)
      expect(await claim(store)).toEqual(['whd_2 1'])
    })

    test('that come while the one that they would wait for is being settled are not forgotten', async () => {
      const { open } = await place()
      const stores = await Promise.all([open(), open(), open()])
      const [a, b, c] = stores as [Store, Store, Store]
      const object = 'vs_1'
      const ids = Array.from({ length: 30 }, (_, n) => `whd_${String(n).padStart(2, '0')}`)
      const come = async () => {
        for (const id of ids) await a.write((tx) => tx.deliveries.insert([aDelivery(id, { object })]))
      }
      const done: string[] = []
      const work = async (store: Store) => {
        while (done.length < ids.length) {
          for (const claimed of await claim(store)) {
            const [id = ''] = claimed.split(' ')
            await settle(store, id, 1, 'succeeded')
            done.push(id)
          }
        }
      }
      await Promise.all([come(), work(b), work(c)])
      expect(done).toEqual(ids)
    })

    test('that were sent once wait for no other: one that is sent again does not hold them back', async () => {
      const object = 'vs_1'
      const store = await aStore(
        aDelivery('whd_1', { object, status: 'succeeded', attempts: 1, next_attempt: null }),
        aDelivery('whd_2', { object, attempts: 1 }),
        aDelivery('whd_3', { object }),
      )
      await store.write((tx) => tx.deliveries.resend('whd_1', NOW + 5))
      expect(await claim(store)).toEqual(['whd_2 2'])
      await store.write((tx) => tx.deliveries.resend('whd_3', NOW))
      expect(await claim(store, { now: NOW + 5 })).toEqual(['whd_1 2'])
    })

    test('of one endpoint are claimed as far as it has room', async () => {
      const [a, b] = [{ endpoint: 'we_a' }, { endpoint: 'we_b' }]
      const store = await aStore(
        ...['whd_1', 'whd_2', 'whd_3'].map((id) => aDelivery(id, a)),
        ...['whd_4', 'whd_5'].map((id) => aDelivery(id, b)),
      )
      const roomOf = (endpoint: string) => (endpoint === 'we_a' ? 1 : 8)
      // In turns, those that are due the longest first.
      expect(await claim(store, { roomOf, limit: 2 })).toEqual(['whd_1 1', 'whd_4 1'])
      expect(await claim(store, { roomOf, except: ['we_a'] })).toEqual(['whd_5 1'])
      expect(await claim(store)).toEqual(['whd_2 1', 'whd_3 1'])
    })

    test('to endpoints that are busy are passed over', async () => {
      const store = await aStore(aDelivery('whd_1', { endpoint: 'we_1' }), aDelivery('whd_2', { endpoint: 'we_2' }))
      expect(await claim(store, { except: ['we_1', 'we_3'] })).toEqual(['whd_2 1'])
    })

    test('claimed by many at once are claimed once each', async () => {
      const { open } = await place()
      const all = await Promise.all([open(), open(), open()])
      const ids = Array.from({ length: 60 }, (_, n) => `whd_${String(n).padStart(2, '0')}`)
      await all[0]?.write((tx) => tx.deliveries.insert(ids.map((id) => aDelivery(id))))
      const claims = await Promise.all([0, 1, 2, 3].flatMap(() => all.map((store) => claim(store, { limit: 7 }))))
      const claimed = claims.flat()
      expect(new Set(claimed).size).toBe(claimed.length)
      const rest = await claim(all[0] as Store, { limit: 100 })
      expect([...claimed, ...rest].sort()).toEqual(ids.map((id) => `${id} 1`))
    })

    test('are sent again, whatever became of them, but not while they are being sent', async () => {
      const store = await aStore(
        aDelivery('whd_1', { status: 'failed', attempts: 4, next_attempt: null }),
        aDelivery('whd_2', { attempts: 1, leased_until: NOW + 30 }),
        aDelivery('whd_3', { attempts: 1, leased_until: NOW - 1, next_attempt: NOW + 500 }),
      )
      await store.write(async (tx) => {
        for (const id of ['whd_1', 'whd_2', 'whd_3']) await tx.deliveries.resend(id, NOW)
      })
      expect(await one(store, 'whd_2')).toEqual(aDelivery('whd_2', { attempts: 1, leased_until: NOW + 30 }))
      expect(await claim(store)).toEqual(['whd_1 5', 'whd_3 2'])
    })

    test('to an endpoint are given up together; what has ended stays as it ended', async () => {
      const store = await aStore(
        aDelivery('whd_1'),
        aDelivery('whd_2', { status: 'failed', next_attempt: null }),
        aDelivery('whd_3', { endpoint: 'we_2' }),
      )
      await claim(store, { limit: 1 })
      await store.write((tx) => tx.deliveries.cancelOf('we_1'))
      const statuses = await Promise.all(['whd_1', 'whd_2', 'whd_3'].map(async (id) => (await one(store, id))?.status))
      expect(statuses).toEqual(['canceled', 'failed', 'pending'])
      expect(await settle(store, 'whd_1', 1, 'succeeded')).toBe(false)
    })

    test('are listed newest first by event, endpoint, status and time, in their mode only', async () => {
      const store = await aStore(
        aDelivery('whd_1', { event: 'evt_1', endpoint: 'we_1', created: 10 }),
        aDelivery('whd_2', { event: 'evt_1', endpoint: 'we_2', created: 20, status: 'failed' }),
        aDelivery('whd_3', { event: 'evt_2', endpoint: 'we_2', created: 30 }),
        aDelivery('whd_4', { livemode: true }),
      )
      const list = async (filter = {}, page = {}) =>
        (await store.read((tx) => tx.deliveries.list(false, filter, { limit: 10, ...page }))).data.map(({ id }) => id)
      expect(await list()).toEqual(['whd_3', 'whd_2', 'whd_1'])
      expect(await list({ event: 'evt_1' })).toEqual(['whd_2', 'whd_1'])
      expect(await list({ endpoint: 'we_2', status: 'pending' })).toEqual(['whd_3'])
      expect(await list({ created: { gte: 20 } }, { ending_before: 'whd_2' })).toEqual(['whd_3'])
      expect(await store.read((tx) => tx.deliveries.byId(true, 'whd_1'))).toBeUndefined()
    })
  })
}
