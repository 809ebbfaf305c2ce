import { describe, expect, test } from 'vitest'
import type { EventFilter } from '../../src/store/events.js'
import type { Store } from '../../src/store/store.js'
import type { DeliveryRecord } from '../../src/store/webhooks.js'
import { aDelivery, anEvent } from './records.js'
import { stores } from './stores.js'

const created = 'identity.verification_session.created'
const verified = 'identity.verification_session.verified'

for (const { name, made: place } of stores) {
  describe(`events on ${name}`, () => {
    const aStore = async () => (await place()).open()
    const list = async (store: Store, filter: EventFilter, more = {}) => {
      const page = await store.read((tx) => tx.events.list(false, filter, { limit: 10, ...more }))
      return page.data.map(({ id }) => id)
    }

    test('come back as they were written, in their mode only', async () => {
      const store = await aStore()
      const event = anEvent('evt_1', {
        data: { text: `O'Brien "🪪"` },
        request: null,
      })
      await store.write((tx) => tx.events.insert(event))
      expect(await store.read((tx) => tx.events.byId(false, 'evt_1'))).toEqual(event)
      expect(await store.read((tx) => tx.events.byId(true, 'evt_1'))).toBeUndefined()
      expect((await store.read((tx) => tx.events.list(true, {}, { limit: 10 }))).data).toEqual([])
    })

    test('are listed newest first, by type and time, a page at a time both ways', async () => {
      const store = await aStore()
      await store.write(async (tx) => {
        await tx.events.insert(anEvent('evt_1', { type: created, created: 10 }))
        await tx.events.insert(anEvent('evt_2', { type: verified, created: 20 }))
        await tx.events.insert(anEvent('evt_3', { type: created, created: 30 }))
      })
      expect(await list(store, {})).toEqual(['evt_3', 'evt_2', 'evt_1'])
      expect(await list(store, { types: [created] })).toEqual(['evt_3', 'evt_1'])
      expect(await list(store, { types: [created, verified], created: { gt: 10, lte: 30 } })).toEqual([
        'evt_3',
        'evt_2',
      ])
      expect(await list(store, {}, { limit: 1, starting_after: 'evt_3' })).toEqual(['evt_2'])
      expect(await list(store, {}, { limit: 1, ending_before: 'evt_1' })).toEqual(['evt_2'])
    })

    test('tell how many endpoints do not have them, and are found by it', async () => {
      const store = await aStore()
      const statuses: Record<string, readonly DeliveryRecord['status'][]> = {
        evt_1: [],
        evt_2: ['succeeded', 'pending', 'pending'],
        evt_3: ['failed', 'succeeded'],
        evt_4: ['succeeded', 'canceled'],
      }
      await store.write(async (tx) => {
        for (const [event, ofIt] of Object.entries(statuses)) {
          await tx.events.insert(anEvent(event))
          await tx.deliveries.insert(ofIt.map((status, n) => aDelivery(`${event}-${n}`, { event, status })))
        }
      })
      const pending = await store.read((tx) => tx.events.pendingWebhooks([...Object.keys(statuses), 'evt_none']))
      expect(Object.fromEntries(pending)).toEqual({ evt_2: 2, evt_3: 1 })
      expect(await store.read((tx) => tx.events.pendingWebhooks([]))).toEqual(new Map())
      expect(await list(store, { delivery_success: true })).toEqual(['evt_4', 'evt_1'])
      expect(await list(store, { delivery_success: false })).toEqual(['evt_3', 'evt_2'])
    })

    test('of one object are found oldest first, and may be told anew', async () => {
      const store = await aStore()
      await store.write(async (tx) => {
        for (const id of ['evt_2', 'evt_1']) await tx.events.insert(anEvent(id))
        await tx.events.insert(anEvent('evt_3', { object: 'vs_2' }))
        expect((await tx.events.newestOf('vs_1'))?.id).toBe('evt_2')
        expect(await tx.events.newestOf('vs_none')).toBeUndefined()
        await tx.events.update({ id: 'evt_2', data: { id: 'vs_1', metadata: {} } })
      })
      const found = await store.write((tx) => tx.events.ofObject('vs_1'))
      expect(found).toEqual([anEvent('evt_1'), anEvent('evt_2', { data: { id: 'vs_1', metadata: {} } })])
    })

    test('are forgotten oldest first, a bounded number at a time, with their deliveries and attempts', async () => {
      const store = await aStore()
      await store.write(async (tx) => {
        for (let n = 1; n <= 4; n += 1) {
          await tx.events.insert(anEvent(`evt_${n}`, { created: n, livemode: n === 1 }))
          await tx.deliveries.insert([aDelivery(`whd_${n}`, { event: `evt_${n}` })])
        }
        const [now, leaseUntil] = [2_000_000_000, 2_000_000_030]
        await tx.deliveries.claim({ now, leaseUntil, limit: 9, roomOf: () => 9, patience: 3, except: [] })
      })
      const forget = () => store.write((tx) => tx.events.forget(4, 2))
      expect([await forget(), await forget(), await forget()]).toEqual([2, 1, 0])
      expect(await list(store, {})).toEqual(['evt_4'])
      const rest = await store.read(async (tx) => [
        (await tx.deliveries.list(false, {}, { limit: 10 })).data.map(({ id }) => id),
        (await tx.deliveries.attempts(['whd_1', 'whd_2', 'whd_3', 'whd_4'])).map(({ delivery }) => delivery),
      ])
      expect(rest).toEqual([['whd_4'], ['whd_4']])
    })
  })
}
