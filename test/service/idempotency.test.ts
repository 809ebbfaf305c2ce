import { describe, expect, test } from 'vitest'
import { type Served, served } from './serving.js'

const SESSIONS = '/v1/identity/verification_sessions'
const FLOWS = '/v1/identity/verification_flows'

function send(api: Served, key: string, body: object = { type: 'document' }, more: object = {}, path = SESSIONS) {
  return api.call('POST', path, { body, headers: { 'idempotency-key': key }, ...more })
}

async function count(api: Served, more: object = {}): Promise<number> {
  return (await api.call('GET', `${SESSIONS}?limit=100`, more)).body.data.length
}

describe('an idempotency key', () => {
  test('is echoed, and its first answer is given again, byte for byte', async () => {
    const api = await served()
    const first = await send(api, 'k')
    api.clock.now += 100
    const second = await send(api, 'k')
    expect(second.body).toEqual(first.body)
    expect(first.headers.get('idempotency-key')).toBe('k')
    expect([first, second].map(({ headers }) => headers.get('idempotent-replayed'))).toEqual([null, 'true'])
    expect(second.headers.get('request-id')).not.toBe(first.headers.get('request-id'))
    expect(await count(api)).toBe(1)
  })

  test('sent twenty times at once makes one session', async () => {
    const api = await served()
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(api, 'k')))
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
    expect(await count(api)).toBe(1)
  })

  test('with other parameters is refused', async () => {
    const api = await served()
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
    const api = await served()
    await api.call('POST', FLOWS, { body: 'key=a&name=A&type=document' })
    expect((await send(api, 'k', {}, {}, `${FLOWS}/a/archive`)).body.status).toBe('archived')
    expect((await send(api, 'k', {}, {}, `${FLOWS}/a/restore`)).body.error.type).toBe('idempotency_error')
  })

  test('with the same parameters in another order or encoding is the same request', async () => {
    const api = await served()
    const headers = { 'idempotency-key': 'k' }
    const bodies = ['type=document&metadata[a]=1&metadata[b]=2', 'metadata%5Bb%5D=2&metadata%5Ba%5D=1&type=document']
    const ids = []
    for (const body of bodies) ids.push((await api.call('POST', SESSIONS, { body, headers })).body.id)
    expect(ids[0]).toBe(ids[1])
  })

  test('belongs to its mode', async () => {
    const api = await served()
    const [test, live] = [await send(api, 'k'), await send(api, 'k', undefined, { key: api.liveKey })]
    expect(test.body.id).not.toBe(live.body.id)
    expect([test.body.livemode, live.body.livemode]).toEqual([false, true])
  })

  test('is free again after 24 hours', async () => {
    const api = await served()
    const first = await send(api, 'k')
    api.clock.now += 24 * 60 * 60
    expect((await send(api, 'k')).body.id).toBe(first.body.id)
    api.clock.now += 1
    expect((await send(api, 'k', { type: 'id_number' })).status).toBe(200)
    expect(await count(api)).toBe(2)
  })

  test('of a request that was refused is not used up', async () => {
    const api = await served()
    expect((await send(api, 'k', { type: 'nothing' })).status).toBe(400)
    expect((await send(api, 'k', { verification_flow: 'none' })).status).toBe(404)
    expect((await send(api, 'k')).status).toBe(200)
  })

  test('has at most 255 characters', async () => {
    const api = await served()
    expect((await send(api, 'k'.repeat(255))).status).toBe(200)
    expect((await send(api, 'k'.repeat(256))).body.error.type).toBe('idempotency_error')
  })

  test('is stored in the transaction of the change: neither is ever there alone', async () => {
    const api = await served()
    await api.store.write(async (tx) => {
      await tx.idempotency.insert({
        livemode: false,
        key: 'taken',
        fingerprint: 'x',
        resource: 'x',
        status: 200,
        body: '{}',
        created: api.clock.now,
      })
    })
    expect((await send(api, 'taken')).status).toBe(400)
    expect(await count(api)).toBe(0)
  })
})
