import { describe, expect, onTestFinished, test } from 'vitest'
import { MOST_FAILURES } from '../../src/service/http/callers/failed-keys.js'
import { startServer } from '../../src/service/http/server.js'
import { createKey } from '../../src/service/operations/keys/keys.js'
import { type Served, served, TESTER } from './serving.js'
import { stripeAt } from './stripe-at.js'

const FLOWS = '/v1/identity/verification_flows'
const SESSIONS = '/v1/identity/verification_sessions'

/** Another server on the same store, as another process is one, until the test ends. */
async function another({ place, clock }: Served, rateLimit: number): Promise<string> {
  const store = await place.open()
  const server = await startServer({
    store,
    host: '127.0.0.1',
    port: 0,
    rateLimit,
    now: () => clock.now,
    log: () => {},
  })
  onTestFinished(() => server.close())
  return server.url
}

const count = (statuses: readonly number[], wanted: number) => statuses.filter((status) => status === wanted).length

describe('the limit of a key', () => {
  test('answers 429 as Stripe does, with what helps', async () => {
    const { call } = await served({ rateLimit: 2 })
    const answers = [await call('GET', FLOWS), await call('GET', FLOWS), await call('GET', FLOWS)]
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429])
    const { body, headers } = answers[2] ?? { body: undefined, headers: new Headers() }
    expect(body.error).toMatchObject({ type: 'invalid_request_error', code: 'rate_limit' })
    expect(headers.get('retry-after')).toBe('1')
    expect(headers.get('stripe-should-retry')).toBe('true')
    expect(headers.get('stripe-rate-limited-reason')).toBe('global-rate')
  })

  test('is there again in the next second', async () => {
    const { call, clock } = await served({ rateLimit: 1 })
    expect((await call('GET', FLOWS)).status).toBe(200)
    expect((await call('GET', FLOWS)).status).toBe(429)
    clock.now += 1
    expect((await call('GET', FLOWS)).status).toBe(200)
  })

  test('is of each key alone', async () => {
    const { call, liveKey, service } = await served({ rateLimit: 1 })
    const { secret } = await service.write(TESTER, (one) => createKey(one, { name: 'other' }))
    for (const key of [undefined, liveKey, secret]) {
      const options = key === undefined ? {} : { key }
      expect((await call('GET', FLOWS, options)).status).toBe(200)
      expect((await call('GET', FLOWS, options)).status).toBe(429)
    }
  })

  test('holds for every route, for what is refused too, and uses up no idempotency key', async () => {
    const { call, clock } = await served({ rateLimit: 1 })
    const create = () => call('POST', SESSIONS, { body: 'type=document', headers: { 'idempotency-key': 'k' } })
    expect((await call('POST', SESSIONS, { body: 'type=nothing' })).status).toBe(400)
    expect((await create()).status).toBe(429)
    clock.now += 1
    const made = await create()
    expect([made.status, made.headers.get('idempotent-replayed')]).toEqual([200, null])
  })

  test('is kept by two servers together', async () => {
    const api = await served({ rateLimit: 40 })
    const other = await another(api, 40)
    const statuses = await Promise.all(
      Array.from({ length: 160 }, async (_, n) => {
        const url = n % 2 === 0 ? api.url : other
        const response = await fetch(url + FLOWS, { headers: { authorization: `Bearer ${api.key}` } })
        await response.arrayBuffer()
        return response.status
      }),
    )
    expect([count(statuses, 200), count(statuses, 429)]).toEqual([40, 120])
  })

  test('is one hundred a second by default, and none with 0', async () => {
    const api = await served({ rateLimit: 0 })
    const { store, clock, key } = api
    const server = await startServer({ store, host: '127.0.0.1', port: 0, now: () => clock.now, log: () => {} })
    onTestFinished(() => server.close())
    const statuses = async (url: string) =>
      Promise.all(
        Array.from({ length: 130 }, async () => {
          const response = await fetch(url + FLOWS, { headers: { authorization: `Bearer ${key}` } })
          await response.arrayBuffer()
          return response.status
        }),
      )
    expect(count(await statuses(server.url), 200)).toBe(100)
    expect(count(await statuses(api.url), 200)).toBe(130)
  })

  test('makes the official client wait and try again', async () => {
    const api = await served({ rateLimit: 1 })
    await api.call('GET', FLOWS)
    const stripe = stripeAt(api.url, api.key, { maxNetworkRetries: 0 })
    const refused = await stripe.identity.verificationSessions.list().catch((error: unknown) => error)
    expect(refused).toMatchObject({ type: 'StripeRateLimitError', code: 'rate_limit', statusCode: 429 })
    const patient = stripeAt(api.url, api.key, { maxNetworkRetries: 2 })
    const listed = patient.identity.verificationSessions.list()
    // The clock of the service stands still, so the wait is over when the first refusal was seen.
    await expect.poll(() => api.log.filter(({ status }) => status === 429).length).toBe(2)
    api.clock.now += 1
    expect((await listed).data).toEqual([])
  })

  test('does not stop who asks whether the server is alive', async () => {
    const { url } = await served({ rateLimit: 1 })
    for (let n = 0; n < 5; n += 1) {
      expect((await fetch(`${url}/healthz`)).status).toBe(200)
      expect((await fetch(`${url}/readyz`)).status).toBe(200)
    }
  })
})

describe('wrong keys', () => {
  test('are answered 429 when one address sends too many, but never a good one', async () => {
    const { call } = await served({ rateLimit: 1000 })
    for (let n = 0; n < MOST_FAILURES; n += 1) {
      expect((await call('GET', FLOWS, { key: n % 2 === 0 ? 'sk_test_wrong' : '' })).status).toBe(401)
    }
    const { status, headers, body } = await call('GET', FLOWS, { key: 'sk_test_wrong' })
    expect([status, body.error.code]).toEqual([429, 'rate_limit'])
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    expect(headers.get('stripe-should-retry')).toBe('false')
    expect(headers.get('stripe-rate-limited-reason')).toBe('resource-specific')
    expect((await call('GET', FLOWS)).status).toBe(200)
  })

  test('count over every part of the API together', async () => {
    const { call } = await served({ rateLimit: 1000 })
    const paths = [FLOWS, '/v2/identity/flow_state?project=p']
    const statuses: number[] = []
    for (let n = 0; n <= MOST_FAILURES; n += 1) {
      statuses.push((await call('GET', paths[n % 2] ?? '', { key: 'sk_test_wrong' })).status)
    }
    expect([count(statuses, 401), statuses.at(-1)]).toEqual([MOST_FAILURES, 429])
  })

  test('count for the address that a trusted proxy names, whoever else says so', async () => {
    const asked = async (trustProxy?: string) => {
      const { call } = await served({ rateLimit: 1000, ...(trustProxy && { trustProxy }) })
      const from = (address: string) =>
        call('GET', FLOWS, { key: 'sk_test_wrong', headers: { 'x-forwarded-for': address } })
      for (let n = 0; n < MOST_FAILURES; n += 1) await from('203.0.113.1')
      return [await from('203.0.113.1'), await from('203.0.113.2'), await from('203.0.113.1, 203.0.113.2')].map(
        ({ status }) => status,
      )
    }
    expect(await asked()).toEqual([429, 429, 429])
    expect(await asked('10.0.0.0/8')).toEqual([429, 429, 429])
    expect(await asked('loopback'), 'the last address is the one that the proxy saw').toEqual([429, 401, 401])
  })
})
