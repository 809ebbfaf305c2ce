import type Stripe from 'stripe'
import { describe, expect, test } from 'vitest'
import { API_VERSION } from '../../src/service/api-version.js'
import { continueDueSessions } from '../../src/service/operations/sessions/due-sessions.js'
import { aReceiver, type Received, type Receiver } from './receiver.js'
import { type Served, type ServedOptions, served } from './serving.js'
import { stripeAt } from './stripe-at.js'

const LOCAL = ['127.0.0.0/8']
const SESSIONS = '/v1/identity/verification_sessions'

/** A service whose sessions are verified at once, so that some events come of a request and some of the background. */
async function aService(options: ServedOptions = {}) {
  const api = await served({ webhookAllow: LOCAL, ...options })
  return { ...api, stripe: stripeAt(api.url, api.key, { apiVersion: '2025-03-31.basil' as Stripe.LatestApiVersion }) }
}

/** A new endpoint, and how the official client reads what comes to it: signature checked, body parsed. */
async function anEndpoint({ stripe, clock }: Served & { readonly stripe: Stripe }, api_version?: string) {
  const receiver = await aReceiver()
  const { secret = '' } = await stripe.webhookEndpoints.create({
    url: receiver.url,
    enabled_events: ['*'],
    ...(api_version !== undefined && {
      api_version: api_version as Stripe.WebhookEndpointCreateParams.ApiVersion,
    }),
  })
  const read = ({ body, headers }: Received): Stripe.Event =>
    stripe.webhooks.constructEvent(body, String(headers['stripe-signature']), secret, 300, undefined, clock.now * 1000)
  return { receiver, read, versions: (count: number) => versionsAt(receiver, read, count) }
}

async function versionsAt(receiver: Receiver, read: (one: Received) => Stripe.Event, count: number) {
  await receiver.got(count)
  return receiver.received.map((one) => read(one).api_version)
}

describe('the api_version of an event', () => {
  test('is that of the webhook endpoint it is sent to, signed and parsed by the official client', async () => {
    const api = await aService({ processing: 0 })
    const [own, older, none] = [
      await anEndpoint(api, '2026-10-28.endive'),
      await anEndpoint(api, '2020-08-27'),
      await anEndpoint(api),
    ]
    const { id } = await api.stripe.identity.verificationSessions.create({ type: 'document' })
    const event = await own.receiver.got(1).then(() => own.read(own.receiver.received[0] as Received))
    expect(event).toMatchObject({ object: 'event', api_version: '2026-10-28.endive', data: { object: { id } } })
    expect(await older.versions(1)).toEqual(['2020-08-27'])
    expect(await none.versions(1)).toEqual([API_VERSION])
  })

  test('is the same whether a request caused it, of whatever version, or the service by itself', async () => {
    const api = await aService({ processing: 1 })
    const endpoint = await anEndpoint(api, '2024-06-20')
    const { id } = (await api.call('POST', SESSIONS, { body: 'type=document' })).body
    await api.call('POST', `/v1/test_helpers/identity/verification_sessions/${id}/submit`, {
      headers: { 'stripe-version': '2022-11-15' },
    })
    api.clock.now += 2
    await continueDueSessions(api.service)
    expect(await endpoint.versions(3)).toEqual(['2024-06-20', '2024-06-20', '2024-06-20'])
    const { data } = await api.stripe.events.list()
    expect(data.map(({ type, request, api_version }) => [type.split('.')[2], request !== null, api_version])).toEqual([
      ['verified', false, API_VERSION],
      ['processing', true, API_VERSION],
      ['created', true, API_VERSION],
    ])
    expect((await api.stripe.events.retrieve(data[0]?.id ?? '')).api_version).toBe(API_VERSION)
  })

  test('is what the service was started with, where the endpoint has none', async () => {
    const api = await aService({ apiVersion: '2023-10-16' })
    const [own, none] = [await anEndpoint(api, '2020-08-27'), await anEndpoint(api)]
    await api.stripe.identity.verificationSessions.create({ type: 'document' })
    expect(await own.versions(1)).toEqual(['2020-08-27'])
    expect(await none.versions(1)).toEqual(['2023-10-16'])
    expect((await api.stripe.events.list()).data.map(({ api_version }) => api_version)).toEqual(['2023-10-16'])
  })

  test.each([null, '2019-05-16'])('is right for events that an earlier version recorded with %s', async (recorded) => {
    const api = await aService()
    await api.stripe.identity.verificationSessions.create({ type: 'document' })
    const rows = await withVersion(api, recorded)
    expect(rows).toBe(1)
    expect((await api.stripe.events.list()).data.map(({ api_version }) => api_version)).toEqual([API_VERSION])
  })
})

/** Writes the version into the rows as an earlier version of the program did. Answers how many there are. */
async function withVersion({ store }: Served, api_version: string | null): Promise<number> {
  const batches: { readonly table: string; readonly rows: readonly object[] }[] = []
  await store.read(async (tx) => {
    for await (const batch of tx.contents.batches()) batches.push(batch)
  })
  let count = 0
  await store.write((tx) =>
    tx.contents.replace(
      (async function* () {
        for (const { table, rows } of batches) {
          count += table === 'events' ? rows.length : 0
          yield { table, rows: table === 'events' ? rows.map((row) => ({ ...row, api_version })) : rows }
        }
      })(),
    ),
  )
  return count
}
