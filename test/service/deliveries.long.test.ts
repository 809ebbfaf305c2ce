import Stripe from 'stripe'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { WebhookDelivery } from '../../src/model/resources.js'
import { type Background, background } from '../../src/service/background/background.js'
import { idMaker } from '../../src/service/ids.js'
import { type Service, service } from '../../src/service/operations/calls/call.js'
import { forgetOld } from '../../src/service/operations/calls/forget.js'
import { listEvents, recordEvent } from '../../src/service/operations/events/events.js'
import { listDeliveries, resendDelivery } from '../../src/service/operations/webhooks/deliveries.js'
import { nextAttempt, WAITS } from '../../src/service/operations/webhooks/retry-schedule.js'
import {
  createWebhookEndpoint,
  deleteWebhookEndpoint,
  updateWebhookEndpoint,
} from '../../src/service/operations/webhooks/webhook-endpoints.js'
import { webhookTargets } from '../../src/service/operations/webhooks/webhook-targets.js'
import type { Store } from '../../src/store/store.js'
import { bundled, startProgram } from '../store/programs.js'
import { type Implementation, type Place, stores } from '../store/stores.js'
import { aReceiver, type ReceiverOptions } from './receiver.js'
import { aService, type Clock, served, TESTER } from './serving.js'
import { stripeAt } from './stripe-at.js'

const LOCAL = ['127.0.0.0/8']
const of = (what: 'created' | 'processing' | 'verified') => `identity.verification_session.${what}` as const

interface Workshop {
  readonly service: Service
  readonly clock: Clock
  readonly place: Place
  readonly receiver: Awaited<ReturnType<typeof aReceiver>>
  readonly endpoint: { readonly id: string; readonly secret: string }
  /** Another worker on the same store. */
  worker(): Promise<Background>
  /** Does what is due now. */
  work(): Promise<void>
  /** Something happens to an object. */
  happens(object: string, what?: Parameters<typeof of>[0]): Promise<void>
  /** The deliveries, oldest first. */
  deliveries(): Promise<readonly WebhookDelivery[]>
}

/** A store with one endpoint, driven by hand. */
async function aWorkshop(
  options: ReceiverOptions = {},
  livemode = false,
  implementation?: Implementation,
): Promise<Workshop> {
  const { store, clock, place } = await aService(implementation)
  const receiver = await aReceiver(options)
  const caller = { ...TESTER, livemode }
  const now = () => clock.now
  const operations = service({ store, now, webhookAllow: LOCAL })
  const on = (one: Service): Background =>
    background({
      service: one,
      sending: { targets: webhookTargets(LOCAL) },
      onFault: (_job, error) => {
        throw error
      },
    })
  const { id, secret = '' } = await operations.write(caller, (call) =>
    createWebhookEndpoint(call, { url: receiver.url, enabled_events: ['*'] }),
  )
  const own = on(operations)
  return {
    service: operations,
    clock,
    place,
    receiver,
    endpoint: { id, secret },
    worker: async () => on(service({ store: await place.open(), now, webhookAllow: LOCAL })),
    work: () => own.runOnce(),
    happens: (object, what = 'created') => {
      const asItIs = { id: object, status: what }
      return operations.write(caller, (call) => recordEvent(call, of(what), asItIs))
    },
    deliveries: async () => {
      const { data } = await operations.read(caller, (call) => listDeliveries(call, { limit: 100 }))
      return data.toReversed()
    },
  }
}

const failing: ReceiverOptions['answer'] = (response) => response.writeHead(500).end()

describe('a webhook', () => {
  test('is the event as the API shows it, which the official client takes as signed', async () => {
    const api = await served({ webhookAllow: LOCAL })
    const receiver = await aReceiver()
    const stripe = stripeAt(api.url, api.key)
    const { id, secret = '' } = await stripe.webhookEndpoints.create({ url: receiver.url, enabled_events: ['*'] })
    const session = await stripe.identity.verificationSessions.create({
      type: 'document',
      metadata: { note: 'ünï 🪪' },
    })
    await receiver.got(1)
    const body = receiver.received[0]?.body ?? ''
    const signature = String(receiver.received[0]?.headers['stripe-signature'])
    const check = (one: string, key: string, at = api.clock.now) =>
      stripe.webhooks.constructEvent(one, signature, key, 300, undefined, at * 1000)
    const event = check(body, secret)
    expect(event).toMatchObject({
      object: 'event',
      type: of('created'),
      pending_webhooks: 1,
      data: { object: { id: session.id, metadata: { note: 'ünï 🪪' } } },
    })
    const shown = await stripe.events.retrieve(event.id)
    expect({ ...shown, pending_webhooks: 1 }).toEqual(event)
    expect(() => check(body, 'whsec_other')).toThrow(Stripe.errors.StripeSignatureVerificationError)
    expect(() => check(body.replace('document', 'selfie'), secret)).toThrow()
    expect(() => check(body, secret, api.clock.now + 301)).toThrow()

    await expect
      .poll(async () => (await stripe.events.list({ delivery_success: true })).data.map((one) => one.id))
      .toEqual([event.id])
    expect((await stripe.events.retrieve(event.id)).pending_webhooks).toBe(0)
    const { body: list } = await api.call('GET', `/v1/webhook_deliveries?webhook_endpoint=${id}&status=succeeded`)
    expect(list).toEqual({
      object: 'list',
      url: '/v1/webhook_deliveries',
      has_more: false,
      data: [
        {
          id: expect.stringMatching(/^whd_[0-9a-z]{24}$/),
          object: 'webhook_delivery',
          attempts: [
            { number: 1, started: api.clock.now, duration: expect.any(Number), response_status: 200, error: null },
          ],
          created: api.clock.now,
          event: event.id,
          livemode: false,
          next_attempt: null,
          status: 'succeeded',
          webhook_endpoint: id,
        },
      ],
    })
    expect((await api.call('GET', `/v1/webhook_deliveries/${list.data[0].id}`)).body).toEqual(list.data[0])
    const other = await api.call('GET', `/v1/webhook_deliveries/${list.data[0].id}`, { key: api.liveKey })
    expect(other.status).toBe(404)
  })

  test('that was recorded by another process is sent too', async () => {
    const api = await served({ webhookAllow: LOCAL })
    const receiver = await aReceiver()
    await api.call('POST', '/v1/webhook_endpoints', {
      body: { url: receiver.url, enabled_events: { 0: '*' } },
    })
    await api.service.write(TESTER, (call) => recordEvent(call, of('created'), { id: 'vs_1' }))
    await receiver.got(1)
  })

  test('is not sent where it may not go, although the endpoint was made when it might', async () => {
    const { service: operations, happens, deliveries, receiver } = await aWorkshop()
    await happens('vs_1')
    const strict = background({
      service: operations,
      sending: { targets: webhookTargets() },
      onFault: () => {},
    })
    await strict.runOnce()
    expect(receiver.received).toEqual([])
    expect((await deliveries())[0]).toMatchObject({
      status: 'pending',
      attempts: [{ error: 'address_refused', response_status: null }],
    })
  })

  test('tells of the object as it is when it is sent: what was redacted before a retry does not leave', async () => {
    const {
      service: operations,
      clock,
      receiver,
      happens,
      work,
    } = await aWorkshop({
      answer: (response, _one, count) => response.writeHead(count === 1 ? 500 : 200).end(),
    })
    await happens('vs_1')
    await work()
    await operations.write(TESTER, async ({ tx }) => {
      for (const { id, data } of await tx.events.ofObject('vs_1')) {
        await tx.events.update({ id, data: { ...data, status: '[redacted]' } })
      }
    })
    clock.now += 10
    await work()
    expect(receiver.received.map(({ body }) => JSON.parse(body).data.object.status)).toEqual(['created', '[redacted]'])
    const times = receiver.received.map(({ headers }) => /t=(\d+)/.exec(String(headers['stripe-signature']))?.[1])
    expect(times).toEqual(['1790000000', '1790000010'])
  })
})

describe('what fails', () => {
  test.each([
    { mode: 'test', livemode: false, waits: WAITS.test },
    { mode: 'live', livemode: true, waits: WAITS.live },
  ])('is tried again as planned for the $mode mode, and then given up', async ({ livemode, waits }) => {
    const { clock, receiver, happens, work, deliveries } = await aWorkshop({ answer: failing }, livemode)
    await happens('vs_1')
    await work()
    for (const wait of waits) {
      const next = (await deliveries())[0]?.next_attempt ?? 0
      expect(next - clock.now).toBeLessThanOrEqual(wait)
      expect(next - clock.now).toBeGreaterThanOrEqual(Math.floor(wait * 0.8))
      const before = receiver.received.length
      clock.now = next - 1
      await work()
      expect(receiver.received.length).toBe(before)
      clock.now = next
      await work()
      expect(receiver.received.length).toBe(before + 1)
    }
    const [delivery] = await deliveries()
    expect(delivery).toMatchObject({ status: 'failed', next_attempt: null })
    expect(delivery?.attempts.map(({ number }) => number)).toEqual([...waits, 0].map((_, index) => index + 1))
    clock.now += 7 * 24 * 60 * 60
    await work()
    expect(receiver.received).toHaveLength(waits.length + 1)
  })

  test('is tried for nearly three days in live mode, for a few hours in test mode', () => {
    const total = (waits: readonly number[]) => waits.reduce((sum, wait) => sum + wait, 0) / 3600
    expect(total(WAITS.live)).toBeGreaterThan(66)
    expect(total(WAITS.live)).toBeLessThanOrEqual(72)
    expect(total(WAITS.test)).toBeGreaterThan(2)
    expect(total(WAITS.test)).toBeLessThan(6)
    expect(nextAttempt(true, 1, 100, () => 0)).toBe(110)
    expect(nextAttempt(true, 1, 100, () => 1)).toBe(108)
    expect(nextAttempt(true, WAITS.live.length + 1, 100)).toBeNull()
  })

  test('once succeeds later, and nothing more is sent', async () => {
    const { clock, receiver, happens, work, deliveries } = await aWorkshop({
      answer: (response, _one, count) => response.writeHead(count === 1 ? 302 : 204, { location: '/' }).end(),
    })
    await happens('vs_1')
    await work()
    clock.now += 100
    await work()
    await work()
    expect(receiver.received.map(({ event }) => event)).toHaveLength(2)
    expect(new Set(receiver.received.map(({ event }) => event)).size).toBe(1)
    const [delivery] = await deliveries()
    expect(delivery?.status).toBe('succeeded')
    expect(delivery?.attempts.map(({ response_status }) => response_status)).toEqual([302, 204])
  })
})

describe('the order of events', () => {
  const WHATS = ['created', 'processing', 'verified'] as const

  test('of one object is kept while each of them can be delivered', async () => {
    const { receiver, happens, work } = await aWorkshop()
    const objects = Array.from({ length: 20 }, (_, n) => `vs_${n}`)
    for (const what of WHATS) for (const object of objects) await happens(object, what)
    await work()
    expect(receiver.received).toHaveLength(60)
    for (const object of objects) {
      const types = receiver.received.filter((one) => one.object === object).map(({ type }) => type)
      expect(types).toEqual(WHATS.map(of))
    }
  })

  test.each(stores)('is what happened, although the clocks of two processes disagree, on $name', async (one) => {
    const { place, clock, receiver, work } = await aWorkshop({}, false, one)
    const ahead = (seconds: number, store: Store) =>
      service({ store, now: () => clock.now + seconds, id: idMaker(() => (clock.now + seconds) * 1000) })
    const [late, early] = [ahead(0, await place.open()), ahead(300, await place.open())]
    const whats = ['created', 'processing', 'verified', 'processing', 'verified'] as const
    for (const [n, what] of whats.entries()) {
      const by = n % 2 === 0 ? early : late
      await by.write(TESTER, (call) => recordEvent(call, of(what), { id: 'vs_1' }))
    }
    const { data } = await late.read(TESTER, (call) => listEvents(call))
    expect(data.map(({ type }) => type)).toEqual(whats.map(of).toReversed())
    clock.now += 300
    await work()
    expect(receiver.received.map(({ event }) => event)).toEqual(data.map(({ id }) => id).toReversed())
  })

  test('waits for one that fails, until that was tried three times; other objects do not wait', async () => {
    const isStuck = (one: { type: string; object: string }) => one.object === 'vs_1' && one.type === of('created')
    const { clock, receiver, happens, work } = await aWorkshop({
      answer: (response, one) => response.writeHead(isStuck(one) ? 503 : 200).end(),
    })
    for (const what of ['created', 'verified'] as const)
      for (const object of ['vs_1', 'vs_2']) await happens(object, what)
    const came = () => receiver.received.map(({ object, type }) => `${object} ${type.split('.')[2]}`)
    await work()
    expect(came().sort()).toEqual(['vs_1 created', 'vs_2 created', 'vs_2 verified'])
    clock.now += 10
    await work()
    expect(came().slice(3)).toEqual(['vs_1 created'])
    clock.now += 60
    await work()
    expect(came().slice(4)).toEqual(['vs_1 created', 'vs_1 verified'])
  })
})

describe('an endpoint', () => {
  test.each(['disabled', 'deleted'] as const)('that is %s gets nothing more', async (how) => {
    const {
      service: operations,
      endpoint,
      clock,
      receiver,
      happens,
      work,
      deliveries,
    } = await aWorkshop({
      answer: failing,
    })
    await happens('vs_1')
    await work()
    await operations.write(TESTER, async (call) => {
      if (how === 'disabled') await updateWebhookEndpoint(call, endpoint.id, { disabled: true })
      else await deleteWebhookEndpoint(call, endpoint.id)
    })
    await happens('vs_2')
    clock.now += 1_000_000
    await work()
    expect(receiver.received).toHaveLength(1)
    expect((await deliveries()).map(({ status }) => status)).toEqual(['canceled'])
  })

  test('that is gone when its turn comes is passed over, however that came about', async () => {
    const { service: operations, endpoint, receiver, happens, work, deliveries } = await aWorkshop()
    await happens('vs_1')
    // As when it is deleted while an event is being recorded elsewhere.
    await operations.write(TESTER, ({ tx }) => tx.webhookEndpoints.delete(endpoint.id))
    await work()
    expect(receiver.received).toEqual([])
    expect(await deliveries()).toMatchObject([{ status: 'canceled', attempts: [{ number: 1, error: 'canceled' }] }])
  })

  test('that is enabled again gets what happens from then on', async () => {
    const { service: operations, endpoint, receiver, happens, work } = await aWorkshop()
    const set = (disabled: boolean) =>
      operations.write(TESTER, (call) => updateWebhookEndpoint(call, endpoint.id, { disabled }))
    await set(true)
    await happens('vs_1')
    await set(false)
    await happens('vs_2')
    await work()
    expect(receiver.received.map(({ object }) => object)).toEqual(['vs_2'])
  })

  test('that hangs leaves room for the others', async () => {
    const { service: operations, receiver, happens, deliveries } = await aWorkshop({ answer: () => {} })
    const other = await aReceiver()
    await operations.write(TESTER, (call) =>
      createWebhookEndpoint(call, { url: other.url, enabled_events: [of('verified')] }),
    )
    for (let n = 0; n < 60; n += 1) await happens(`vs_${n}`, 'created')
    await happens('vs_last', 'verified')
    const worker = background({
      service: operations,
      sending: { targets: webhookTargets(LOCAL), timeLimit: 3_000 },
      onFault: () => {},
    })
    worker.start()
    await other.got(1)
    expect(receiver.received.length).toBeLessThanOrEqual(8)
    await worker.close()
    const ended = (await deliveries()).filter(({ attempts }) => attempts.length > 0)
    expect(ended.every(({ attempts }) => attempts[0]?.duration !== null)).toBe(true)
  })
})

describe('endpoints that hang', () => {
  test('in whatever number take nothing from one that answers', async () => {
    const { service: operations, happens } = await aWorkshop()
    const held: (() => void)[] = []
    const hanging = await Promise.all(
      [1, 2, 3, 4].map(() => aReceiver({ answer: (response) => void held.push(() => response.end()) })),
    )
    const good = await aReceiver()
    await operations.write(TESTER, async (call) => {
      for (const { url } of [...hanging, good]) await createWebhookEndpoint(call, { url, enabled_events: ['*'] })
    })
    for (let n = 0; n < 40; n += 1) await happens(`vs_${n}`)
    const worker = background({
      service: operations,
      sending: { targets: webhookTargets(LOCAL), timeLimit: 60_000 },
      onFault: () => {},
    })
    worker.start()
    // None of the others has answered by then, or been given up.
    await good.got(40)
    expect(hanging.map(({ received }) => received.length <= 8)).toEqual([true, true, true, true])
    const closed = worker.close()
    for (const release of held) release()
    await closed
  })
})

describe('a delivery', () => {
  test('that failed or succeeded is sent again at once when it is asked for', async () => {
    let status = 500
    const {
      service: operations,
      clock,
      receiver,
      happens,
      work,
      deliveries,
    } = await aWorkshop({
      answer: (response) => response.writeHead(status).end(),
    })
    await happens('vs_1')
    for (let n = 0; n <= WAITS.test.length; n += 1) {
      await work()
      clock.now += 4 * 60 * 60
    }
    const id = (await deliveries())[0]?.id ?? ''
    expect((await deliveries())[0]?.status).toBe('failed')
    status = 200
    for (const round of [1, 2]) {
      const asked = await operations.write(TESTER, (call) => resendDelivery(call, id))
      expect(asked).toMatchObject({ status: 'pending', next_attempt: clock.now })
      await work()
      const attempts = WAITS.test.length + 1 + round
      expect((await deliveries())[0]).toMatchObject({ status: 'succeeded' })
      expect((await deliveries())[0]?.attempts.map(({ number }) => number).at(-1)).toBe(attempts)
      expect(receiver.received).toHaveLength(attempts)
    }
  })

  test('whose endpoint is gone cannot be sent again', async () => {
    const { service: operations, endpoint, happens, work, deliveries } = await aWorkshop()
    await happens('vs_1')
    await work()
    await operations.write(TESTER, (call) => deleteWebhookEndpoint(call, endpoint.id))
    const id = (await deliveries())[0]?.id ?? ''
    const error = await operations.write(TESTER, (call) => resendDelivery(call, id)).catch((error) => error)
    expect(error).toMatchObject({ status: 404, body: { code: 'resource_missing', param: 'webhook_endpoint' } })
  })

  test('that never was cannot be sent again', async () => {
    const api = await served()
    const { status, body } = await api.call('POST', '/v1/webhook_deliveries/whd_none/resend')
    expect([status, body.error.code]).toEqual([404, 'resource_missing'])
  })

  test('is forgotten with its event after 30 days', async () => {
    const { service: operations, clock, happens, work, deliveries } = await aWorkshop()
    await happens('vs_1')
    await work()
    clock.now += 30 * 24 * 60 * 60
    await happens('vs_2')
    await operations.write(TESTER, forgetOld)
    expect(await deliveries()).toHaveLength(2)
    clock.now += 1
    await operations.write(TESTER, forgetOld)
    expect(await deliveries()).toHaveLength(1)
    const events = await operations.read(TESTER, (call) => listEvents(call))
    expect(events.data.map(({ data }) => data.object.id)).toEqual(['vs_2'])
  })
})

describe('several workers on one store', () => {
  test.each(stores)('send each event once: $name', async (implementation) => {
    const shop = await aWorkshop({}, false, implementation)
    for (let n = 0; n < 100; n += 1) await shop.happens(`vs_${n % 40}`)
    const workers = await Promise.all([shop.worker(), shop.worker(), shop.worker()])
    await Promise.all(workers.map((worker) => worker.runOnce()))
    await shop.work()
    expect(shop.receiver.received).toHaveLength(100)
    expect(new Set(shop.receiver.received.map(({ event }) => event)).size).toBe(100)
    const statuses = (await shop.deliveries()).map(({ status, attempts }) => `${status} ${attempts.length}`)
    expect(new Set(statuses)).toEqual(new Set(['succeeded 1']))
  })
})

describe('a worker', () => {
  test('is woken by what left something to send, once that is kept', async () => {
    const { place, clock, service: operations } = await aWorkshop()
    const store = await place.open()
    let woken = 0
    const waking = service({ store, now: () => clock.now, onWake: () => (woken += 1) })
    const record = (livemode: boolean) =>
      waking.write({ ...TESTER, livemode }, (call) => recordEvent(call, of('created'), { id: 'vs_1' }))
    await record(false)
    expect(woken).toBe(1)
    // Nobody wants it.
    await record(true)
    const refused = waking.write(TESTER, async (call) => {
      await recordEvent(call, of('created'), { id: 'vs_2' })
      throw new Error('refused')
    })
    await expect(refused).rejects.toThrow('refused')
    expect(woken).toBe(1)
    const [delivery] = (await operations.read(TESTER, (call) => listDeliveries(call))).data
    await waking.write(TESTER, (call) => resendDelivery(call, delivery?.id ?? ''))
    expect(woken).toBe(2)
  })

  test('goes on when the store has failed for a while, and tells of it', async () => {
    const { service: operations, happens, receiver } = await aWorkshop()
    let failures = 2
    const unsteady: Service = {
      ...operations,
      read: async (caller, operation) => {
        if (failures > 0) {
          failures -= 1
          throw new Error('the disk is full')
        }
        return operations.read(caller, operation)
      },
      write: operations.write,
      underWay: operations.underWay,
      verifiers: operations.verifiers,
    }
    const faults: string[] = []
    const worker = background({
      service: unsteady,
      sending: { targets: webhookTargets(LOCAL) },
      onFault: (job) => faults.push(job),
    })
    await happens('vs_1')
    worker.start()
    await expect.poll(() => faults.length).toBe(2)
    worker.wake()
    await receiver.got(1)
    await worker.close()
  })

  test('that is closed begins nothing more, and waits for what is under way', async () => {
    let answer = () => {}
    const {
      service: operations,
      receiver,
      happens,
      deliveries,
    } = await aWorkshop({
      answer: (response) => {
        answer = () => response.end()
      },
    })
    await happens('vs_1', 'created')
    await happens('vs_1', 'verified')
    const worker = background({
      service: operations,
      sending: { targets: webhookTargets(LOCAL) },
      onFault: () => {},
    })
    worker.start()
    await receiver.got(1)
    const closed = worker.close()
    answer()
    await closed
    expect((await deliveries()).map(({ status }) => status)).toEqual(['succeeded', 'pending'])
    expect(receiver.received).toHaveLength(1)
  })
})

describe('a process that is killed while it sends', () => {
  let program = ''
  beforeAll(async () => {
    program = await bundled('test/service/delivering.program.ts')
  })

  test.each(stores)('loses nothing: others go on when its lease is over: $name', async (implementation) => {
    // Every third answer keeps the worker waiting, so that it is killed in the middle of some.
    const answer: ReceiverOptions['answer'] = (response, _one, count) => {
      if (count % 3 !== 0 || count > 60) response.end()
    }
    const shop = await aWorkshop({ answer }, false, implementation)
    const sent = 60
    for (let n = 0; n < sent; n += 1) await shop.happens(`vs_${n % 25}`)
    for (let round = 1; round <= 3; round += 1) {
      const before = shop.receiver.received.length
      const one = startProgram(program, shop.place.where, String(shop.clock.now))
      onTestFinished(() => void one.child.kill('SIGKILL'))
      expect(await one.next()).toBe('ready')
      await shop.receiver.got(before + 6)
      one.child.kill('SIGKILL')
      expect(await one.ended()).toBe('SIGKILL')
      shop.clock.now += 31
    }
    const open = (await shop.deliveries()).filter(({ attempts }) => attempts.some(({ duration }) => duration === null))
    expect(open.length).toBeGreaterThan(0)
    const receiver = await aReceiver()
    await shop.service.write(TESTER, (call) => updateWebhookEndpoint(call, shop.endpoint.id, { url: receiver.url }))
    for (let round = 0; round < 4; round += 1) {
      await shop.work()
      shop.clock.now += 60
    }
    const all = await shop.deliveries()
    expect(all.map(({ status }) => status)).toEqual(Array.from({ length: sent }, () => 'succeeded'))
    const came = new Set([...shop.receiver.received, ...receiver.received].map(({ event }) => event))
    expect(came).toEqual(new Set(all.map(({ event }) => event)))
    for (const { attempts } of all) {
      expect(attempts.map(({ number }) => number)).toEqual(attempts.map((_, index) => index + 1))
    }
  })
})
