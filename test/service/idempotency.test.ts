import { describe, expect, onTestFinished, test } from 'vitest'
import { startServer } from '../../src/service/http/server.js'
import { query } from '../store/databases.js'
import { held } from '../store/holding.js'
import { postgres, stores } from '../store/stores.js'
import { type Served, served } from './serving.js'

const SESSIONS = '/v1/identity/verification_sessions'
const FLOWS = '/v1/identity/verification_flows'

function send(api: Served, key: string, body: object = { type: 'document' }, more: object = {}, path = SESSIONS) {
  return api.call('POST', path, { body, headers: { 'idempotency-key': key }, ...more })
}

async function count(api: Served, more: object = {}): Promise<number> {
  return (await api.call('GET', `${SESSIONS}?limit=100`, more)).body.data.length
}

/** Asks again until the answer is the one that is waited for, at most two hundred times. */
async function until<T>(ask: () => Promise<T>, isIt: (answer: T) => boolean): Promise<T> {
  let answer = await ask()
  for (let times = 1; !isIt(answer) && times < 200; times += 1) answer = await ask()
  return answer
}

describe.each(stores)('an idempotency key, on $name', (implementation) => {
  test('is echoed, and its first answer is given again, byte for byte', async () => {
    const api = await served({ implementation })
    const first = await send(api, 'k')
    api.clock.now += 100
    const second = await send(api, 'k')
    expect(second.body).toEqual(first.body)
    expect(first.headers.get('idempotency-key')).toBe('k')
    expect([first, second].map(({ headers }) => headers.get('idempotent-replayed'))).toEqual([null, 'true'])
    expect(second.headers.get('request-id')).not.toBe(first.headers.get('request-id'))
    const originals = [first, second].map(({ headers }) => headers.get('original-request'))
    expect(originals).toEqual([first.headers.get('request-id'), first.headers.get('request-id')])
    expect(await count(api)).toBe(1)
  })

  test('that is not sent has no request that was answered first', async () => {
    const api = await served({ implementation })
    const { headers } = await api.call('POST', SESSIONS, { body: 'type=document' })
    expect([headers.get('original-request'), headers.get('idempotency-key')]).toEqual([null, null])
  })

  test('sent twenty times at once makes one session; who comes too early is told to come again', async () => {
    const api = await served({ implementation })
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(api, 'k')))
    const [made, early] = [
      answers.filter(({ status }) => status === 200),
      answers.filter(({ status }) => status === 409),
    ]
    expect(new Set(made.map(({ body }) => body.id)).size).toBe(1)
    expect(made.length + early.length).toBe(20)
    expect(await count(api)).toBe(1)
    expect((await send(api, 'k')).body).toEqual(made[0]?.body)
  })

  test('whose first request is under way is refused with 409, which says that it is worth a retry', async () => {
    const api = await served({ implementation })
    const holder = await held(await api.place.open(), (tx) => tx.state.lock(false))
    const body = { key: 'a', name: 'A', type: 'document' }
    // Either may arrive first: neither can end before the holder does, so the one that is answered came too early.
    const both = [send(api, 'k', body, {}, FLOWS), send(api, 'k', body, {}, FLOWS)]
    const early = await Promise.race(both)
    expect(early.status).toBe(409)
    expect(early.body.error).toMatchObject({ type: 'invalid_request_error', code: 'idempotency_key_in_use' })
    expect(early.headers.get('stripe-should-retry')).toBe('true')
    await holder.end()
    const first = (await Promise.all(both)).find((answer) => answer !== early)
    expect(first?.status).toBe(200)
    const again = await send(api, 'k', body, {}, FLOWS)
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    expect(again.body).toEqual(first?.body)
  })

  test('of a request that was refused while it was under way is free again', async () => {
    const api = await served({ implementation })
    const holder = await held(await api.place.open(), (tx) => tx.state.lock(false))
    const refused = send(api, 'k', { key: 'a', name: '', type: 'document' }, {}, FLOWS)
    await holder.end()
    expect((await refused).status).toBe(400)
    expect((await send(api, 'k', { key: 'a', name: 'A', type: 'document' }, {}, FLOWS)).status).toBe(200)
  })

  test('with other parameters is refused', async () => {
    const api = await served({ implementation })
    await send(api, 'k')
    for (const other of [
      await send(api, 'k', { type: 'id_number' }),
      await send(api, 'k', { type: 'document', expand: { 0: 'verified_outputs' } }),
    ]) {
      expect(other.status).toBe(400)
      expect(other.body.error.type).toBe('idempotency_error')
      expect(other.body.error.message).toContain('Keys for idempotent requests can only be used with equal parameters')
    }
  })

  test('with the same parameters on another path is refused', async () => {
    const api = await served({ implementation })
    await api.call('POST', FLOWS, { body: 'key=a&name=A&type=document' })
    expect((await send(api, 'k', {}, {}, `${FLOWS}/a/archive`)).body.status).toBe('archived')
    expect((await send(api, 'k', {}, {}, `${FLOWS}/a/restore`)).body.error.type).toBe('idempotency_error')
  })

  test('with the same parameters in another order or encoding is the same request', async () => {
    const api = await served({ implementation })
    const headers = { 'idempotency-key': 'k' }
    const bodies = ['type=document&metadata[a]=1&metadata[b]=2', 'metadata%5Bb%5D=2&metadata%5Ba%5D=1&type=document']
    const ids = []
    for (const body of bodies) ids.push((await api.call('POST', SESSIONS, { body, headers })).body.id)
    expect(ids[0]).toBe(ids[1])
  })

  test('belongs to its mode', async () => {
    const api = await served({ implementation })
    const [test, live] = [await send(api, 'k'), await send(api, 'k', undefined, { key: api.liveKey })]
    expect(test.body.id).not.toBe(live.body.id)
    expect([test.body.livemode, live.body.livemode]).toEqual([false, true])
  })

  test('is free again after 24 hours', async () => {
    const api = await served({ implementation })
    const first = await send(api, 'k')
    api.clock.now += 24 * 60 * 60
    expect((await send(api, 'k')).body.id).toBe(first.body.id)
    api.clock.now += 1
    expect((await send(api, 'k', { type: 'id_number' })).status).toBe(200)
    expect(await count(api)).toBe(2)
  })

  test('of a request that was refused is not used up', async () => {
    const api = await served({ implementation })
    expect((await send(api, 'k', { type: 'nothing' })).status).toBe(400)
    expect((await send(api, 'k', { verification_flow: 'none' })).status).toBe(404)
    expect((await send(api, 'k')).status).toBe(200)
  })

  test('has at most 255 characters', async () => {
    const api = await served({ implementation })
    expect((await send(api, 'k'.repeat(255))).status).toBe(200)
    expect((await send(api, 'k'.repeat(256))).body.error.type).toBe('idempotency_error')
  })

  test('is stored in the transaction of the change: neither is ever there alone', async () => {
    const api = await served({ implementation })
    await api.store.write(async (tx) => {
      await tx.idempotency.insert({
        livemode: false,
        key: 'taken',
        api_key: null,
        fingerprint: 'x',
        resource: 'x',
        status: 200,
        body: '{}',
        request: null,
        created: api.clock.now,
      })
    })
    expect((await send(api, 'taken')).status).toBe(400)
    expect(await count(api)).toBe(0)
  })
})

describe('an idempotency key at two processes on one PostgreSQL', () => {
  /** Two servers on one database, as behind one load balancer. */
  async function twoServers() {
    const api = await served({ implementation: postgres })
    const store = await api.place.open()
    const server = await startServer({ store, host: '127.0.0.1', port: 0, now: () => api.clock.now })
    onTestFinished(() => server.close())
    const create = (url: string) =>
      fetch(`${url}${FLOWS}`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${api.key}`,
          'content-type': 'application/x-www-form-urlencoded',
          'idempotency-key': 'k',
        },
        body: 'key=a&name=A&type=document',
      })
    return { api, first: () => create(api.url), second: () => create(server.url) }
  }

  test('of a request that waits does not hide an endpoint that is made meanwhile', async () => {
    const api = await served({ implementation: postgres, webhookAllow: ['127.0.0.0/8'] })
    const { id } = (await send(api, 'made')).body
    const holder = await held(await api.place.open(), (tx) => tx.sessions.toWrite(false, id))
    const canceling = send(api, 'waits', {}, {}, `${SESSIONS}/${id}/cancel`)
    await expect.poll(() => query(api.place.where, WAITING)).toEqual([{ waiting: 1 }])
    const endpoint = { url: 'http://127.0.0.1:9/', enabled_events: { 0: '*' } }
    expect((await api.call('POST', '/v1/webhook_endpoints', { body: endpoint })).status).toBe(200)
    await holder.end()
    expect((await canceling).status).toBe(200)
    expect(await query(api.place.where, 'select 1 from webhook_deliveries')).toHaveLength(1)
  })

  test('is refused with 409 at the one while the other works on it, and then gets the same answer', async () => {
    const { api, first, second } = await twoServers()
    const holder = await held(await api.place.open(), (tx) => tx.state.lock(false))
    const working = first()
    // The first one has taken the key once it waits for the lock on the flows.
    await until(
      () => query<{ waiting: number }>(api.place.where, WAITING),
      ([row]) => row?.waiting === 1,
    )
    const early = await second()
    expect([early.status, ((await early.json()) as { error: { code: string } }).error.code]).toEqual([
      409,
      'idempotency_key_in_use',
    ])
    await holder.end()
    const made = await (await working).json()
    const again = await second()
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    expect(await again.json()).toEqual(made)
  })

  test('sent to both at once, again and again, makes one flow', async () => {
    const { api, first, second } = await twoServers()
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? first() : second())))
    expect(answers.every(({ status }) => status === 200 || status === 409)).toBe(true)
    const { body } = await api.call('GET', `${FLOWS}?limit=100`)
    expect(body.data).toHaveLength(1)
  })
})

const WAITING = `select count(*)::int as waiting from pg_stat_activity
  where datname = current_database() and wait_event_type = 'Lock'`
