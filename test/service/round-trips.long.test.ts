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
  const api = await served({ implementation })
  /** What an answer cost, in round trips to the database before it. */
  const cost = async (...request: Parameters<typeof api.call>) => {
    await sleep(200)
    const before = proxy.trips()
    const { status, body } = await api.call(...request)
    expect(status).toBe(200)
    return [proxy.trips() - before, body.id as string] as const
  }
  return { cost }
}

test('round trips to PostgreSQL for one request', async () => {
  const { cost } = await aCountedApi()
  const body = { type: 'document', metadata: { user: '1' } }
  const [, id] = await cost('POST', SESSIONS, { body })
  /** The least of several: jobs of the service ask between. */
  const least = async (request: () => ReturnType<typeof cost>) => {
    const trips: number[] = []
    for (let turn = 0; turn < 5; turn += 1) trips.push((await request())[0])
    return Math.min(...trips)
  }
  const costs = {
    create: await least(() => cost('POST', SESSIONS, { body })),
    'create with an idempotency key': await least(() =>
      cost('POST', SESSIONS, { body, headers: { 'idempotency-key': randomUUID() } }),
    ),
    retrieve: await least(() => cost('GET', `${SESSIONS}/${id}`)),
    list: await least(() => cost('GET', `${SESSIONS}?limit=10`)),
  }
  expect(costs).toEqual({ create: 3, 'create with an idempotency key': 5, retrieve: 2, list: 2 })
})
