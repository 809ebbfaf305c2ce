import Stripe from 'stripe'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ROUTES } from '../../src/service/api/routes.js'
import { forgetOld } from '../../src/service/operations/calls/forget.js'
import { createKey, revokeKey } from '../../src/service/operations/keys/keys.js'
import { storeOfTheLane } from '../store/stores.js'
import { StripeStandIn } from '../stripe/stand-in.js'
import { stripeAt as verifierAt } from '../verifier/stripe-setting.js'
import { type Served, type ServedOptions, served, TESTER } from './serving.js'
import { stripeAt } from './stripe-at.js'

const KEYS = '/v1/ephemeral_keys'
const SESSIONS = '/v1/identity/verification_sessions'
const VERSION = { 'stripe-version': '2020-08-27' }
const HOUR = 60 * 60

async function aSession(options: ServedOptions = {}) {
  const api = await served(options)
  const session = (await api.call('POST', SESSIONS, { body: 'type=document&metadata[a]=b' })).body
  return { ...api, session }
}

async function anEphemeralKey(api: Served, session: string, more: object = {}) {
  const body = { verification_session: session }
  const { status, body: key } = await api.call('POST', KEYS, { body, headers: VERSION, ...more })
  expect(status, JSON.stringify(key)).toBe(200)
  return key
}

describe('an ephemeral key', () => {
  test('is made and deleted by the official client', async () => {
    const { session, ...api } = await aSession()
    const stripe = stripeAt(api.url, api.key)
    const key = await stripe.ephemeralKeys.create({ verification_session: session.id }, { apiVersion: '2020-08-27' })
    expect({ ...key }).toEqual({
      id: expect.stringMatching(/^ephkey_[0-9a-z]{24}$/),
      object: 'ephemeral_key',
      associated_objects: [{ id: session.id, type: 'identity.verification_session' }],
      created: api.clock.now,
      expires: api.clock.now + HOUR,
      livemode: false,
      secret: expect.stringMatching(/^ek_test_[0-9a-z]{38}$/),
    })
    const { secret = '', ...rest } = key
    const device = stripeAt(api.url, secret)
    expect((await device.identity.verificationSessions.retrieve(session.id)).id).toBe(session.id)
    expect(await stripe.ephemeralKeys.del(key.id)).toEqual(rest)
    await expect(device.identity.verificationSessions.retrieve(session.id)).rejects.toBeInstanceOf(
      Stripe.errors.StripeAuthenticationError,
    )
    expect((await api.call('DELETE', `${KEYS}/${key.id}`)).status).toBe(404)
  })

  test('that Stripe has made is deleted there, once, with the answers of Stripe', async () => {
    const standIn = await StripeStandIn.start()
    onTestFinished(() => standIn.close())
    const { session, ...api } = await aSession({ verifiers: [await verifierAt(standIn)] })
    const stripe = stripeAt(api.url, api.key)
    const key = await stripe.ephemeralKeys.create({ verification_session: session.id }, { apiVersion: '2020-08-27' })
    const { secret = '', ...rest } = key
    const device = standIn.client(secret).identity.verificationSessions
    expect((await device.retrieve(session.id)).id).toBe(session.id)
    expect(await stripe.ephemeralKeys.del(key.id)).toEqual(rest)
    await expect(device.retrieve(session.id)).rejects.toBeInstanceOf(Stripe.errors.StripeAuthenticationError)
    await expect(stripe.ephemeralKeys.del(key.id)).rejects.toMatchObject({ statusCode: 404, param: 'key' })
    // What is not an id of such a key never gets there.
    const calls = standIn.seen.length
    for (const id of ['vs_1', 'ephkey_..%2fx']) {
      expect((await api.call('DELETE', `${KEYS}/${id}`)).status).toBe(404)
    }
    expect(standIn.seen).toHaveLength(calls)
  })

  test.each(storeOfTheLane)('reads its session, without what opens it, on $name', async (implementation) => {
    const { session, ...api } = await aSession({ implementation })
    const { secret } = await anEphemeralKey(api, session.id)
    const { status, body } = await api.call('GET', `${SESSIONS}/${session.id}`, { key: secret })
    expect(status).toBe(200)
    expect(body).toEqual({ ...session, url: null, client_secret: null })
  })

  test('may do nothing else: no other session, no other route, no expansion', async () => {
    const { session, ...api } = await aSession()
    const other = (await api.call('POST', SESSIONS, { body: 'type=document' })).body
    const { id, secret: key } = await anEphemeralKey(api, session.id)
    expect((await api.call('GET', `${SESSIONS}/${other.id}`, { key })).status).toBe(403)
    for (const path of ['verified_outputs', 'last_verification_report', 'verified_outputs.dob']) {
      const { status, body } = await api.call('GET', `${SESSIONS}/${session.id}?expand[]=${path}`, { key })
      expect([status, body.error.param]).toEqual([403, 'expand'])
    }
    const routes = ROUTES.filter(({ method, url }) => !(method === 'GET' && url === `${SESSIONS}/:session`))
    for (const { method, url } of routes) {
      for (const one of [session.id, id]) {
        const { status, body } = await api.call(method, url.replace(/:\w+/, one), { key })
        expect([method, url, status, body.error.code]).toEqual([method, url, 403, 'scope_missing'])
      }
    }
    expect((await api.call('GET', `${SESSIONS}/${session.id}`)).body.status).toBe('requires_input')
  })

  test('ends after an hour, or with the key that made it, and is forgotten then', async () => {
    const { session, ...api } = await aSession()
    const { id: makerId, secret: maker } = await api.service.write(TESTER, (call) =>
      createKey(call, { name: 'app', scopes: ['sessions:write'], expires: api.clock.now + 2 * HOUR }),
    )
    const status = async (key: string) => (await api.call('GET', `${SESSIONS}/${session.id}`, { key })).status
    const first = await anEphemeralKey(api, session.id, { key: maker })
    api.clock.now += HOUR - 1
    expect(await status(first.secret)).toBe(200)
    api.clock.now += 1
    expect(await status(first.secret)).toBe(401)
    api.clock.now += 10
    const second = await anEphemeralKey(api, session.id, { key: maker })
    expect(second.expires).toBe(first.expires + HOUR)
    expect(await status(second.secret)).toBe(200)
    await api.service.write(TESTER, (call) => revokeKey(call, makerId))
    expect(await status(second.secret)).toBe(401)
    api.clock.now += HOUR
    await api.service.write(TESTER, forgetOld)
    expect((await api.call('DELETE', `${KEYS}/${second.id}`)).status).toBe(404)
  })

  test('is kept as a hash; its secret is told again to a retry by the key that made it, and to no other', async () => {
    const { session, ...api } = await aSession()
    const headers = { ...VERSION, 'idempotency-key': 'k' }
    const { secret: other } = await api.service.write(TESTER, (call) =>
      createKey(call, { name: 'other', scopes: ['sessions:write'] }),
    )
    const first = await anEphemeralKey(api, session.id, { headers })
    expect(await anEphemeralKey(api, session.id, { headers })).toEqual(first)
    const { secret, ...rest } = first
    expect(await anEphemeralKey(api, session.id, { headers, key: other })).toEqual(rest)
    await api.call('DELETE', `${KEYS}/${first.id}`)
    expect(await api.store.write((tx) => tx.idempotency.find(false, 'k'))).toBeUndefined()
    expect(JSON.stringify(api.log)).not.toContain(secret)
  })

  test.each([
    ['without a version', {}, 400, undefined],
    ['without a session', { body: {}, headers: VERSION }, 400, 'verification_session'],
    ['for a customer', { body: { customer: 'cus_1' }, headers: VERSION }, 400, 'customer'],
    [
      'for a session that is not there',
      { body: { verification_session: 'vs_1' }, headers: VERSION },
      404,
      'verification_session',
    ],
  ])('is not made %s', async (_what, options, status, param) => {
    const { session, ...api } = await aSession()
    const answer = await api.call('POST', KEYS, { body: { verification_session: session.id }, ...options })
    expect([answer.status, answer.body.error.param]).toEqual([status, param])
  })

  test('is made by keys that may write sessions, for sessions of their mode', async () => {
    const { session, ...api } = await aSession()
    const { secret: reader } = await api.service.write(TESTER, (call) =>
      createKey(call, { name: 'reader', scopes: ['sessions:read'] }),
    )
    const make = async (key: string) =>
      (await api.call('POST', KEYS, { body: { verification_session: session.id }, headers: VERSION, key })).status
    expect([await make(reader), await make(api.liveKey), await make(api.key)]).toEqual([403, 404, 200])
  })
})
