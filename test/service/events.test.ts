import { describe, expect, test } from 'vitest'
import { continueDueSessions } from '../../src/service/operations/sessions/due-sessions.js'
import { type Served, served } from './serving.js'
import { stripeAt } from './stripe-at.js'

const EVENTS = '/v1/events'
const SESSIONS = '/v1/identity/verification_sessions'
const ENDPOINTS = '/v1/webhook_endpoints'
const of = (what: string) => `identity.verification_session.${what}`

/** Two sessions, the first of them canceled. */
async function withEvents(): Promise<Served> {
  const api = await served()
  const { id } = (await api.call('POST', SESSIONS, { body: 'type=document' })).body
  api.clock.now += 10
  await api.call('POST', SESSIONS, { body: 'type=document' })
  api.clock.now += 10
  await api.call('POST', `${SESSIONS}/${id}/cancel`)
  return api
}

async function types(api: Served, query = ''): Promise<string[]> {
  const { body } = await api.call('GET', `${EVENTS}${query}`)
  return body.data.map(({ type }: { type: string }) => type)
}

describe('an event', () => {
  test('is there for everything that happens to a session, as the official client reads it', async () => {
    const api = await served()
    const stripe = stripeAt(api.url, api.key, { apiVersion: '2026-10-28.endive' })
    const session = await stripe.identity.verificationSessions.create(
      { type: 'document' },
      { idempotencyKey: 'order-1' },
    )
    const [listed] = (await stripe.events.list()).data
    const event = await stripe.events.retrieve(listed?.id ?? '')
    expect(event).toEqual({
      id: expect.stringMatching(/^evt_[0-9a-z]{24}$/),
      object: 'event',
      api_version: '2026-10-28.endive',
      created: 1_790_000_000,
      data: { object: expect.objectContaining({ id: session.id, status: 'requires_input' }) },
      livemode: false,
      pending_webhooks: 0,
      request: { id: session.lastResponse.requestId, idempotency_key: 'order-1' },
      type: of('created'),
    })
    expect(listed).toEqual({ ...event })
  })

  test('is one, however often the request that caused it is sent', async () => {
    const api = await served()
    const send = () => api.call('POST', SESSIONS, { body: 'type=document', headers: { 'idempotency-key': 'k' } })
    await Promise.all([send(), send(), send()])
    expect(await types(api)).toEqual([of('created')])
  })

  test('is not there for what was refused', async () => {
    const api = await withEvents()
    const [{ id }] = (await api.call('GET', `${SESSIONS}?status=canceled`)).body.data
    expect((await api.call('POST', `${SESSIONS}/${id}/cancel`)).status).toBe(400)
    expect(await types(api)).toHaveLength(3)
  })

  test('waits for the endpoints that want it', async () => {
    const api = await served()
    const endpoint = (type: string, more = '') =>
      api.call('POST', ENDPOINTS, { body: `url=https://receiver.invalid&enabled_events[]=${type}${more}` })
    await endpoint('*')
    await endpoint(of('created'))
    await endpoint(of('canceled'))
    const disabled = (await endpoint('*')).body.id
    await api.call('POST', `${ENDPOINTS}/${disabled}`, { body: 'disabled=true' })
    await api.call('POST', ENDPOINTS, {
      body: 'url=https://receiver.invalid&enabled_events[]=*',
      key: api.liveKey,
    })
    await api.call('POST', SESSIONS, { body: 'type=document' })
    const { body } = await api.call('GET', EVENTS)
    expect(body.data[0].pending_webhooks).toBe(2)
    const [delivery] = (await api.call('GET', `/v1/webhook_deliveries?event=${body.data[0].id}`)).body.data
    expect(delivery.event).toBe(body.data[0].id)
  })

  test('that nobody wants by * has to be asked for by name', async () => {
    const api = await served()
    const body = (...types: string[]) => ({ url: 'https://receiver.invalid', enabled_events: { ...types } })
    await api.call('POST', ENDPOINTS, { body: body('*') })
    const named = (await api.call('POST', ENDPOINTS, { body: body('*', of('redacted')) })).body.id
    const { id } = (await api.call('POST', SESSIONS, { body: 'type=document' })).body
    await api.call('POST', `${SESSIONS}/${id}/redact`)
    api.clock.now += 5
    await continueDueSessions(api.service)
    const [redacted] = (await api.call('GET', `${EVENTS}?type=${of('redacted')}`)).body.data
    const { data } = (await api.call('GET', `/v1/webhook_deliveries?event=${redacted.id}`)).body
    expect(data.map((one: { webhook_endpoint: string }) => one.webhook_endpoint)).toEqual([named])
  })

  test('of the other mode is not there', async () => {
    const api = await withEvents()
    const [{ id }] = (await api.call('GET', EVENTS)).body.data
    expect((await api.call('GET', EVENTS, { key: api.liveKey })).body.data).toEqual([])
    expect((await api.call('GET', `${EVENTS}/${id}`, { key: api.liveKey })).body.error.code).toBe('resource_missing')
    expect((await api.call('GET', `${EVENTS}?starting_after=${id}`, { key: api.liveKey })).body.error).toMatchObject({
      code: 'resource_missing',
      param: 'starting_after',
    })
  })
})

describe('events are listed', () => {
  test('newest first, a page at a time', async () => {
    const api = await withEvents()
    expect(await types(api)).toEqual([of('canceled'), of('created'), of('created')])
    const stripe = stripeAt(api.url, api.key)
    const paged = await stripe.events.list({ limit: 2 }).autoPagingToArray({ limit: 10 })
    expect(paged.map(({ id }) => id)).toEqual((await stripe.events.list()).data.map(({ id }) => id))
  })

  test('by one type, by the beginning of types, and by several', async () => {
    const api = await withEvents()
    expect(await types(api, `?type=${of('canceled')}`)).toEqual([of('canceled')])
    expect(await types(api, `?type=${of('c')}*`)).toHaveLength(3)
    expect(await types(api, `?type=${of('cr')}*`)).toEqual([of('created'), of('created')])
    expect(await types(api, '?type=*')).toHaveLength(3)
    expect(await types(api, '?type=customer.*')).toEqual([])
    expect(await types(api, '?type=customer.created')).toEqual([])
    expect(await types(api, `?types[]=${of('canceled')}&types[]=${of('verified')}`)).toEqual([of('canceled')])
  })

  test('by time', async () => {
    const api = await withEvents()
    expect(await types(api, '?created=1790000010')).toEqual([of('created')])
    expect(await types(api, '?created[gt]=1790000010')).toEqual([of('canceled')])
  })

  test.each([
    ['type=*.created', undefined, 'type'],
    ['type=identity.*.created', undefined, 'type'],
    ['type=a&types[]=b', 'parameters_exclusive', 'types'],
    [Array.from({ length: 21 }, (_, n) => `types[]=t${n}`).join('&'), undefined, 'types'],
    ['type=', 'parameter_invalid_empty', 'type'],
    ['delivery_success=perhaps', undefined, 'delivery_success'],
  ])('not by %.40s', async (query, code, param) => {
    const { status, body } = await (await served()).call('GET', `${EVENTS}?${query}`)
    expect([status, body.error.code, body.error.param]).toEqual([400, code, param])
  })
})
