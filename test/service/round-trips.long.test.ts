import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { type Service, service, type WriteCall } from '../../src/service/operations/calls/call.js'
import { once } from '../../src/service/operations/calls/idempotency.js'
import { checkApiKey, createKey } from '../../src/service/operations/keys/keys.js'
import { createSession, listSessions, retrieveSession } from '../../src/service/operations/sessions/sessions.js'
import { createWebhookEndpoint } from '../../src/service/operations/webhooks/webhook-endpoints.js'
import { openPostgresStore } from '../../src/store/postgres/open.js'
import { aCountingProxy } from '../store/counting-proxy.js'
import { aStoreDatabase } from '../store/databases.js'
import { TESTER } from './serving.js'

/** A service over a proxy that counts. It has no background: what that asks between would be counted, too. */
async function aCountedService() {
  const proxy = await aCountingProxy(await aStoreDatabase())
  const store = await openPostgresStore({ url: proxy.url, poolSize: 2 })
  onTestFinished(() => store.close())
  const made = service({ store, webhookAllow: ['127.0.0.0/8'] })
  const counted = () => ({ trips: proxy.trips(), bytes: proxy.bytes(), statements: proxy.statements() })
  /** What was counted, once nothing is on its way any more: nobody waits for the end of a read. */
  const quiet = async () => {
    for (;;) {
      const before = counted()
      await sleep(100)
      if (proxy.bytes() === before.bytes && proxy.trips() === before.trips) return before
    }
  }
  /** What a call costs until its answer: round trips to the database, and statements and bytes sent there. */
  const cost = async (call: () => Promise<unknown>) => {
    // Statements are prepared with their first use, on each connection.
    for (let turn = 0; turn < 3; turn += 1) await call()
    const before = await quiet()
    await call()
    const after = counted()
    return {
      trips: after.trips - before.trips,
      bytes: after.bytes - before.bytes,
      statements: after.statements - before.statements,
    }
  }
  return { made, cost }
}

const params = { type: 'document', metadata: { user: '1' } } as const

/** As a request is answered: first who asks, then what. */
function callsOf(made: Service, secret: string) {
  const asked = async <T>(answer: () => Promise<T>) => {
    await made.read(TESTER, (call) => checkApiKey(call, secret))
    return answer()
  }
  const create = (key: string | undefined) => {
    const request = { key, method: 'POST', path: '/v1/identity/verification_sessions', params }
    const run = (call: WriteCall) => createSession(call, params)
    const operation = { run, toText: JSON.stringify, tellsAtOnce: true }
    return asked(() => once(made, TESTER, request, operation))
  }
  return {
    create: () => create(undefined),
    createWithKey: () => create(randomUUID()),
    retrieve: (id: string) => asked(() => made.read(TESTER, (call) => retrieveSession(call, id))),
    list: () => asked(() => made.read(TESTER, (call) => listSessions(call, { limit: 10 }))),
  }
}

test('round trips to PostgreSQL, and statements and bytes sent there, for one request', async () => {
  const { made, cost } = await aCountedService()
  const { secret } = await made.write(TESTER, (call) => createKey(call, { mode: 'test', name: 'ci' }))
  const calls = callsOf(made, secret)
  const { id } = JSON.parse((await calls.create()).body)
  const costs = {
    create: await cost(calls.create),
    'create with an idempotency key': await cost(calls.createWithKey),
    retrieve: await cost(() => calls.retrieve(id)),
    list: await cost(calls.list),
  }
  const endpoint = { url: 'http://127.0.0.1:9/', enabled_events: ['*'] }
  await made.write(TESTER, (call) => createWebhookEndpoint(call, endpoint))
  const withEndpoint = { 'create with a key, for an endpoint': await cost(calls.createWithKey) }
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
    // The API key; the page.
    list: { trips: 2, statements: 2 },
    'create with a key, for an endpoint': { trips: 3, statements: 8 },
  })
  // Statements that are prepared are sent by name.
  expect(Math.max(costs.retrieve.bytes, costs.list.bytes)).toBeLessThan(1_000)
  expect(Math.max(costs.create.bytes, costs['create with an idempotency key'].bytes)).toBeLessThan(6_000)
})
