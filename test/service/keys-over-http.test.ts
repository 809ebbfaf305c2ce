import { describe, expect, test } from 'vitest'
import { startServer } from '../../src/service/http/server.js'
import { createKey, retrieveKey } from '../../src/service/operations/keys/keys.js'
import type { Store } from '../../src/store/store.js'
import { aGate } from '../helpers/gate.js'
import { type Served, served, TESTER } from './serving.js'
import { stripeAt } from './stripe-at.js'

const KEYS = '/v1/api_keys'
const FLOWS = '/v1/identity/verification_flows'
const SESSIONS = '/v1/identity/verification_sessions'

describe('keys over HTTP', () => {
  test('are made, listed, retrieved and revoked; only the first answer holds the key', async () => {
    const { call, clock } = await served()
    const expires = clock.now + 1000
    const made = await call('POST', KEYS, { body: `name=plan&scopes[]=flows:read&expires=${expires}` })
    expect(made.status).toBe(200)
    const { secret, ...key } = made.body
    expect(key).toEqual({
      id: expect.stringMatching(/^ak_/),
      object: 'api_key',
      addresses: null,
      flows: null,
      project: null,
      revoked_by: null,
      created: clock.now,
      created_by: 'ci',
      expires,
      last_used: null,
      livemode: false,
      name: 'plan',
      redacted: `rk_test_...${secret.slice(-4)}`,
      revoked: null,
      scopes: ['flows:read'],
      type: 'restricted',
    })
    expect((await call('GET', `${KEYS}/${key.id}`)).body).toEqual(key)
    expect((await call('GET', `${KEYS}?limit=1`)).body).toMatchObject({ url: KEYS, data: [key], has_more: true })
    expect((await call('GET', FLOWS, { key: secret })).status).toBe(200)
    expect((await call('POST', `${KEYS}/${key.id}/revoke`)).body).toMatchObject({ id: key.id, revoked: clock.now })
    expect((await call('GET', FLOWS, { key: secret })).body.error.code).toBe('api_key_expired')
  })

  test('tell whoever shows one what it is, whatever it may do, and nothing secret', async () => {
    const { call, service } = await served()
    const params = { name: 'app', scopes: ['events:read'] }
    const { secret, ...key } = await service.write(TESTER, (one) => createKey(one, params))
    const { status, body } = await call('GET', `${KEYS}/current`, { key: secret })
    expect([status, body]).toEqual([200, key])
    expect((await call('GET', `${KEYS}/${key.id}`, { key: secret })).status, 'others it may not see').toBe(403)
  })

  test('are of the mode of the key that makes them', async () => {
    const { call, liveKey } = await served()
    const { body } = await call('POST', KEYS, { body: 'name=x', key: liveKey })
    expect(body).toMatchObject({ livemode: true, secret: expect.stringMatching(/^sk_live_/) })
    expect((await call('POST', KEYS, { body: 'name=x&mode=live' })).body.error.param).toBe('mode')
  })

  test('are given again by an idempotency key without the key, which is not in the store either', async () => {
    const { call, store } = await served()
    const headers = { 'idempotency-key': 'k' }
    const first = await call('POST', KEYS, { body: 'name=x', headers })
    const again = await call('POST', KEYS, { body: 'name=x', headers })
    const { secret, ...rest } = first.body
    expect(secret).toMatch(/^sk_test_/)
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    expect(again.body).toEqual(rest)
    const stored = await store.write((tx) => tx.idempotency.find(false, 'k'))
    expect(stored?.body).toContain(rest.id)
    expect(stored?.body).not.toContain(secret)
  })

  test('end at their time, to the second', async () => {
    const { call, clock } = await served()
    const { secret } = (await call('POST', KEYS, { body: `name=x&expires=${clock.now + 10}` })).body
    clock.now += 9
    expect((await call('GET', FLOWS, { key: secret })).status).toBe(200)
    clock.now += 1
    const { status, body } = await call('GET', FLOWS, { key: secret })
    expect([status, body.error.code]).toEqual([401, 'api_key_expired'])
  })

  test('that are restricted are permission errors to the official client', async () => {
    const { url, service } = await served()
    const { secret } = await service.write(TESTER, (call) => createKey(call, { name: 'r', scopes: ['sessions:read'] }))
    const stripe = stripeAt(url, secret)
    expect((await stripe.identity.verificationSessions.list()).data).toEqual([])
    const refused = await stripe.identity.verificationSessions.create({ type: 'document' }).catch((error) => error)
    expect(refused).toMatchObject({ type: 'StripePermissionError', statusCode: 403, code: 'scope_missing' })
    expect(refused.message).toContain('sessions:write')
  })

  test('that may plan may not apply', async () => {
    const { call, service } = await served()
    const make = (...scopes: string[]) => service.write(TESTER, (one) => createKey(one, { name: 'ci', scopes }))
    const [plan, apply] = [await make('flows:read'), await make('flows:read', 'deployments:write')]
    const ask = async (key: string) => [
      (await call('GET', '/v2/identity/flow_state?project=p', { key })).status,
      (await call('POST', '/v2/identity/flow_deployments', { body: {}, key })).status,
      (await call('POST', FLOWS, { body: 'name=A', key })).status,
    ]
    expect(await ask(plan.secret)).toEqual([200, 403, 403])
    expect(await ask(apply.secret)).toEqual([200, 400, 403])
  })
})

describe('when a key was last used', () => {
  const lastUsed = ({ service }: Served, id: string) =>
    service.read(TESTER, async (call) => (await retrieveKey(call, id)).last_used)

  test('is known to the minute, a moment later', async () => {
    const api = await served()
    const { id, secret } = await api.service.write(TESTER, (call) => createKey(call, { name: 'used' }))
    api.clock.now = 1_790_000_075
    await api.call('GET', FLOWS, { key: secret })
    await expect.poll(() => lastUsed(api, id)).toBe(1_790_000_040)
    api.clock.now = 1_790_000_200
    await api.call('GET', FLOWS, { key: secret })
    await expect.poll(() => lastUsed(api, id)).toBe(1_790_000_160)
  })

  test('is written once a minute, whatever a key does, and for many keys together', async () => {
    const api = await served()
    const writes: number[] = []
    const counting: Store = {
      ...api.store,
      write: (work) => {
        writes.push(api.clock.now)
        return api.store.write(work)
      },
    }
    const server = await startServer({
      store: counting,
      host: '127.0.0.1',
      port: 0,
      rateLimit: 0,
      now: () => api.clock.now,
    })
    for (let n = 0; n < 10; n += 1) {
      // At once, so that both are used within the time that is gathered, on a busy machine too.
      const responses = [api.key, api.liveKey].map((key) =>
        fetch(server.url + FLOWS, { headers: { authorization: `Bearer ${key}` } }),
      )
      expect((await Promise.all(responses)).map(({ status }) => status)).toEqual([200, 200])
    }
    await server.close()
    expect(writes).toHaveLength(1)
  })

  test('is written when the server closes, and holds up no answer', async () => {
    const api = await served()
    const { id, secret } = await api.service.write(TESTER, (call) => createKey(call, { name: 'used' }))
    const gate = aGate()
    const slow: Store = { ...api.store, write: (work) => gate.opened.then(() => api.store.write(work)) }
    const server = await startServer({
      store: slow,
      host: '127.0.0.1',
      port: 0,
      rateLimit: 0,
      now: () => api.clock.now,
    })
    const response = await fetch(server.url + FLOWS, { headers: { authorization: `Bearer ${secret}` } })
    expect(response.status).toBe(200)
    expect(await lastUsed(api, id)).toBeNull()
    gate.open()
    await server.close()
    expect(await lastUsed(api, id)).toBe(api.clock.now - (api.clock.now % 60))
  })

  test('is left out where the store cannot be written, and the request is answered', async () => {
    const api = await served()
    const full: Store = { ...api.store, write: () => Promise.reject(new Error('disk full')) }
    const server = await startServer({ store: full, host: '127.0.0.1', port: 0, now: () => api.clock.now })
    const ask = () => fetch(server.url + FLOWS, { headers: { authorization: `Bearer ${api.key}` } })
    expect((await ask()).status).toBe(200)
    await server.close()
  })
})

describe('sessions', () => {
  test('are made with the scope for them alone', async () => {
    const { call, service } = await served()
    const { secret } = await service.write(TESTER, (one) => createKey(one, { name: 'app', scopes: ['sessions:write'] }))
    const made = await call('POST', SESSIONS, { body: 'type=document', key: secret })
    expect(made.status).toBe(200)
    expect((await call('GET', `${SESSIONS}/${made.body.id}`, { key: secret })).status).toBe(200)
  })
})
