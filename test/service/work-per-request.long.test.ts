import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, onTestFinished, test } from 'vitest'
import { type Service, service } from '../../src/service/operations/calls/call.js'
import { once } from '../../src/service/operations/calls/idempotency.js'
import { flowState } from '../../src/service/operations/flows/flow-state.js'
import { checkApiKey, createKey } from '../../src/service/operations/keys/keys.js'
import { createSession, listSessions, retrieveSession } from '../../src/service/operations/sessions/sessions.js'
import { createWebhookEndpoint } from '../../src/service/operations/webhooks/webhook-endpoints.js'
import { loadDriver, type Statement } from '../../src/store/sqlite/database.js'
import { withDriver } from '../store/replaced-driver.js'
import { aService, TESTER } from './serving.js'

/** What a session takes on the embedded store, counted: how long that lasts says more about the machine. */

async function aServiceWithEndpoint(): Promise<Service> {
  const { store } = await aService()
  const made = service({ store, webhookAllow: ['127.0.0.0/8'] })
  const endpoint = { url: 'http://127.0.0.1:9/', enabled_events: ['*'] }
  await made.write(TESTER, (call) => createWebhookEndpoint(call, endpoint))
  return made
}

function create(made: Service) {
  const params = { type: 'document', metadata: { order: '1' }, provided_details: { email: 'a@example.com' } }
  const request = { key: randomUUID(), method: 'POST', path: '/v1/identity/verification_sessions', params }
  return once(made, TESTER, request, {
    run: (call) => createSession(call, params),
    toText: (result) => JSON.stringify(result),
    tellsAtOnce: true,
  })
}

/** A driver that counts the statements that it runs, for any connection. */
async function aCountingDriver() {
  const Driver = await loadDriver()
  let count = 0
  class CountingDriver extends Driver {
    override exec(sql: string): void {
      count += 1
      super.exec(sql)
    }

    override prepare(sql: string): Statement {
      const statement = super.prepare(sql)
      const counted = (how: 'all' | 'get' | 'run') =>
        ((...values: unknown[]) => {
          count += 1
          return statement[how](...values)
        }) as never
      return { all: counted('all'), get: counted('get'), run: counted('run') }
    }
  }
  /** How many some work takes. */
  const statementsOf = async (work: () => Promise<unknown>) => {
    const before = count
    await work()
    return count - before
  }
  return { Driver: CountingDriver, statementsOf }
}

test('statements for one request', async () => {
  const { Driver, statementsOf } = await aCountingDriver()
  const made = await withDriver(Driver, aServiceWithEndpoint)
  const { secret } = await made.write(TESTER, (call) => createKey(call, { mode: 'test', name: 'ci' }))
  const { body } = await create(made)
  const { id } = JSON.parse(body)
  const state = await made.read(TESTER, (call) => flowState(call, 'shop'))
  const counts = {
    authenticate: await statementsOf(() => made.read(TESTER, (call) => checkApiKey(call, secret))),
    create: await statementsOf(() => create(made)),
    retrieve: await statementsOf(() => made.read(TESTER, (call) => retrieveSession(call, id))),
    list: await statementsOf(() => made.read(TESTER, (call) => listSessions(call, { limit: 10 }))),
    'sixteen that come together and retrieve': await statementsOf(() =>
      Promise.all(
        Array.from({ length: 16 }, async () => {
          await made.read(TESTER, (call) => checkApiKey(call, secret))
          await made.read(TESTER, (call) => retrieveSession(call, id))
        }),
      ),
    ),
    'plan of what is known': await statementsOf(() =>
      made.read(TESTER, (call) => flowState(call, 'shop', { known: state.etag })),
    ),
  }
  expect(counts).toEqual({
    // A row by its key, without a transaction.
    authenticate: 1,
    // Begin and end of the group and of the savepoint; the key and the endpoints; four rows.
    create: 10,
    retrieve: 1,
    list: 1,
    // They share both.
    'sixteen that come together and retrieve': 2,
    // The state's tag, and what sessions showed of bound flows: no flow is read.
    'plan of what is known': 4,
  })
})

test('bytes that sixteen sessions together write to the disk', async () => {
  const made = await aServiceWithEndpoint()
  const together = async (groups: number) => {
    for (let group = 0; group < groups; group += 1) await Promise.all(Array.from({ length: 16 }, () => create(made)))
  }
  await together(4)
  const before = written()
  await together(16)
  const each = (written() - before) / (16 * 16)
  // 24 kB: the pages of about eight tables with their indexes, once for the group. Alone it is 140 kB.
  expect(each).toBeGreaterThan(1_000)
  expect(each).toBeLessThan(32_000)
})

/** Bytes that this process has written so far. */
function written(): number {
  return Number(/wchar: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))?.[1])
}

test('a thousand reads leave nothing in memory', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  onTestFinished(() => setFlagsFromString('--no-expose-gc'))
  const made = await aServiceWithEndpoint()
  const { id } = JSON.parse((await create(made)).body)
  const read = async (count: number) => {
    for (let turn = 0; turn < count; turn += 1) await made.read(TESTER, (call) => retrieveSession(call, id))
    collect()
    return process.memoryUsage().heapUsed
  }
  const before = await read(500)
  expect((await read(1_000)) - before).toBeLessThan(2_000_000)
})
