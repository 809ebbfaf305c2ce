import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { openPostgresStore } from '../../src/store/postgres/open.js'
import { aCountingProxy } from '../store/counting-proxy.js'
import { aStoreDatabase } from '../store/databases.js'
import type { Implementation } from '../store/stores.js'
import { served } from './serving.js'

const SESSIONS = '/v1/identity/verification_sessions'

/** A store over a proxy that counts, which the API waits for. */
async function aCountedApi() {
  const proxy = await aCountingProxy(await aStoreDatabase())
  const open = async () => {
    const store = await openPostgresStore({ url: proxy.url, poolSize: 2 })
    onTestFinished(() => store.close())
    return store
  }
  const implementation = {
    name: 'PostgreSQL',
    made: async () => ({ where: proxy.url, open, settled: async () => {}, contents: async () => '' }),
  } as unknown as Implementation
  const api = await served({ implementation, webhookAllow: ['127.0.0.0/8'] })
  /** What was counted, once nothing asks any more: after a request, its event is sent. */
  const quiet = async () => {
    for (;;) {
      const counted = { trips: proxy.trips(), bytes: proxy.bytes(), statements: proxy.statements() }
      await sleep(300)
      if (proxy.bytes() === counted.bytes && proxy.trips() === counted.trips) return counted
    }
  }
  /** What an answer cost until it came: round trips to the database, and statements and bytes sent there. */
  const cost = async (...request: Parameters<typeof api.call>) => {
    const before = await quiet()
    const { status, body } = await api.call(...request)
    expect(status).toBe(200)
    return {
      id: body.id as string,
      trips: proxy.trips() - before.trips,
      bytes: proxy.bytes() - before.bytes,
      statements: proxy.statements() - before.statements,
    }
  }
  return { api, cost }
}

test('round trips to PostgreSQL, and statements and bytes sent there, for one request', async () => {
  const { api, cost } = await aCountedApi()
  const body = { type: 'document', metadata: { user: '1' } }
  const { id } = await cost('POST', SESSIONS, { body })
  /** The least of several: jobs of the service ask between. */
  const least = async (request: () => ReturnType<typeof cost>) => {
    const costs: Awaited<ReturnType<typeof cost>>[] = []
    for (let turn = 0; turn < 5; turn += 1) costs.push(await request())
    const leastOf = (what: 'trips' | 'bytes' | 'statements') => Math.min(...costs.map((one) => one[what]))
    return { trips: leastOf('trips'), statements: leastOf('statements'), bytes: leastOf('bytes') }
  }
  const withKey = () => cost('POST', SESSIONS, { body, headers: { 'idempotency-key': randomUUID() } })
  const costs = {
    create: await least(() => cost('POST', SESSIONS, { body })),
    'create with an idempotency key': await least(withKey),
    retrieve: await least(() => cost('GET', `${SESSIONS}/${id}`)),
    list: await least(() => cost('GET', `${SESSIONS}?limit=10`)),
  }
  const endpoint = { url: 'http://127.0.0.1:9/', enabled_events: { 0: '*' } }
  await api.call('POST', '/v1/webhook_endpoints', { body: endpoint })
  // Nothing is sent to it: what the sender asks would be counted, too.
  const withEndpoint = { 'create with a key, for an endpoint': await least(withKey) }
  const counted = Object.entries({ ...costs, ...withEndpoint }).map(([what, { trips, statements }]) => [
    what,
    { trips, statements },
  ])
  expect(Object.fromEntries(counted)).toEqual({
    // The API key; BEGIN, the lock of the store, the session, the endpoints; the event and COMMIT.
    create: { trips: 3, statements: 7 },
    // The API key; BEGIN, both locks, what is stored for the key, the endpoints; the rows and COMMIT.
    'create with an idempotency key': { trips: 3, statements: 8 },
    // The API key; the session.
    retrieve: { trips: 2, statements: 2 },
    // The API key; BEGIN, the page, COMMIT, which may be on its way when the answer is there.
    list: { trips: 2, statements: expect.toSatisfy((count) => count <= 4) },
    'create with a key, for an endpoint': { trips: 3, statements: 8 },
  })
  // Statements that are prepared are sent by name.
  expect(Math.max(costs.retrieve.bytes, costs.list.bytes)).toBeLessThan(1_000)
  expect(Math.max(costs.create.bytes, costs['create with an idempotency key'].bytes)).toBeLessThan(6_000)
})
