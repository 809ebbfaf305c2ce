import { readFileSync } from 'node:fs'
import Stripe from 'stripe'
import { describe, expect, test } from 'vitest'
import { EVENT_TYPES } from '../../src/model/resources.js'
import { forgetOld } from '../../src/service/operations/calls/forget.js'
import { createKey } from '../../src/service/operations/keys/keys.js'
import { parseRange, webhookTargets } from '../../src/service/operations/webhooks/webhook-targets.js'
import { type Served, served, TESTER } from './serving.js'
import { stripeAt } from './stripe-at.js'

const ENDPOINTS = '/v1/webhook_endpoints'
const URL = 'https://example.com/webhooks'
const SECRET = /^whsec_[0-9a-z]{32}$/

async function aClient() {
  const api = await served()
  return { ...api, stripe: stripeAt(api.url, api.key) }
}

async function created(api: Served, body: object = {}) {
  const answer = await api.call('POST', ENDPOINTS, { body: { url: URL, enabled_events: { 0: '*' }, ...body } })
  expect(answer.status, JSON.stringify(answer.body)).toBe(200)
  return answer.body
}

async function refused(api: Served, body: object, path = ENDPOINTS) {
  const answer = await api.call('POST', path, { body })
  expect(answer.status).toBe(400)
  return answer.body.error
}

describe('the official client', () => {
  test('creates, retrieves, updates, lists and deletes webhook endpoints', async () => {
    const { stripe } = await aClient()
    const { secret, ...endpoint } = await stripe.webhookEndpoints.create({
      url: URL,
      enabled_events: ['identity.verification_session.verified', 'customer.created'],
      description: 'orders',
      metadata: { team: 'risk', order: 1 },
      api_version: '2026-10-28.endive',
      connect: false,
    })
    expect(secret).toMatch(SECRET)
    expect(endpoint).toMatchObject({
      id: expect.stringMatching(/^we_[0-9a-z]{24}$/),
      object: 'webhook_endpoint',
      api_version: '2026-10-28.endive',
      application: null,
      created: 1_790_000_000,
      description: 'orders',
      enabled_events: ['identity.verification_session.verified', 'customer.created'],
      livemode: false,
      metadata: { team: 'risk', order: '1' },
      status: 'enabled',
      url: URL,
    })
    expect(await stripe.webhookEndpoints.retrieve(endpoint.id)).toEqual(endpoint)
    const updated = await stripe.webhookEndpoints.update(endpoint.id, {
      url: `${URL}/2`,
      enabled_events: ['*'],
      description: '',
      metadata: { team: '', region: 'eu' },
      disabled: true,
    })
    expect(updated).toMatchObject({
      url: `${URL}/2`,
      enabled_events: ['*'],
      description: null,
      metadata: { order: '1', region: 'eu' },
      status: 'disabled',
    })
    expect(updated).not.toHaveProperty('secret')
    expect((await stripe.webhookEndpoints.list()).data).toEqual([{ ...updated }])
    expect((await stripe.webhookEndpoints.update(endpoint.id, { disabled: false })).status).toBe('enabled')
    const deleted = await stripe.webhookEndpoints.del(endpoint.id)
    expect(deleted).toEqual({ id: endpoint.id, object: 'webhook_endpoint', deleted: true })
    await expect(stripe.webhookEndpoints.retrieve(endpoint.id)).rejects.toBeInstanceOf(
      Stripe.errors.StripeInvalidRequestError,
    )
    expect((await stripe.webhookEndpoints.list()).data).toEqual([])
  })

  test('pages through them', async () => {
    const { stripe } = await aClient()
    const ids = []
    for (let n = 0; n < 5; n += 1) {
      ids.unshift((await stripe.webhookEndpoints.create({ url: URL, enabled_events: ['*'] })).id)
    }
    const found = await stripe.webhookEndpoints.list({ limit: 2 }).autoPagingToArray({ limit: 100 })
    expect(found.map(({ id }) => id)).toEqual(ids)
  })
})

describe('a webhook endpoint', () => {
  test('of the other mode is not there, and counts in its own mode only', async () => {
    const api = await served()
    for (let n = 0; n < 16; n += 1) await created(api)
    expect(await refused(api, { url: URL, enabled_events: { 0: '*' } })).toMatchObject({
      code: 'webhook_endpoint_limit',
    })
    const live = { key: api.liveKey }
    expect((await api.call('GET', ENDPOINTS, live)).body.data).toEqual([])
    const body = { url: URL, enabled_events: { 0: '*' } }
    const { id } = (await api.call('POST', ENDPOINTS, { ...live, body })).body
    for (const [method, path] of [
      ['GET', `${ENDPOINTS}/${id}`],
      ['POST', `${ENDPOINTS}/${id}`],
      ['DELETE', `${ENDPOINTS}/${id}`],
    ] as const) {
      const answer = await api.call(method, path)
      expect([answer.status, answer.body.error.code]).toEqual([404, 'resource_missing'])
    }
  })

  test('may give its place to another', async () => {
    const api = await served()
    const ids = []
    for (let n = 0; n < 16; n += 1) ids.push((await created(api)).id)
    await api.call('DELETE', `${ENDPOINTS}/${ids[0]}`)
    await created(api)
  })

  test('needs a URL and types', async () => {
    const api = await served()
    expect(await refused(api, { enabled_events: { 0: '*' } })).toMatchObject({
      code: 'parameter_missing',
      param: 'url',
    })
    expect(await refused(api, { url: URL })).toMatchObject({ code: 'parameter_missing', param: 'enabled_events' })
    const { id } = await created(api)
    expect(await refused(api, { enabled_events: '' }, `${ENDPOINTS}/${id}`)).toMatchObject({
      code: 'parameter_invalid_empty',
      param: 'enabled_events',
    })
    expect(await refused(api, { url: '' }, `${ENDPOINTS}/${id}`)).toMatchObject({ code: 'parameter_invalid_empty' })
  })

  test('keeps the version of the API that it was created with', async () => {
    const api = await served()
    const { id } = await created(api, { api_version: '2024-04-10' })
    const error = await refused(api, { api_version: '2026-10-28.endive' }, `${ENDPOINTS}/${id}`)
    expect(error).toMatchObject({ code: 'parameter_unknown', param: 'api_version' })
    const body = { url: URL, enabled_events: { 0: '*' } }
    expect(await refused(api, { ...body, api_version: 'newest' })).toMatchObject({ param: 'api_version' })
    expect(await refused(api, { ...body, connect: true })).toMatchObject({ param: 'connect' })
  })

  test('has metadata and a description with limits', async () => {
    const api = await served()
    const body = { url: URL, enabled_events: { 0: '*' } }
    expect(await refused(api, { ...body, metadata: { a: 'x'.repeat(501) } })).toMatchObject({ param: 'metadata[a]' })
    expect(await refused(api, { ...body, description: 'x'.repeat(5001) })).toMatchObject({ param: 'description' })
  })

  test('is listed without times, as at Stripe', async () => {
    const { body } = await (await served()).call('GET', `${ENDPOINTS}?created=1`)
    expect(body.error).toMatchObject({ code: 'parameter_unknown', param: 'created' })
  })
})

describe('the secret', () => {
  test('is told when the endpoint is created, and to a retry of that, but by nothing else', async () => {
    const api = await served()
    const headers = { 'idempotency-key': 'k' }
    const body = { url: URL, enabled_events: { 0: '*' } }
    const first = await api.call('POST', ENDPOINTS, { body, headers })
    const again = await api.call('POST', ENDPOINTS, { body, headers })
    expect(first.body.secret).toMatch(SECRET)
    expect(again.body).toEqual(first.body)
    const others = [
      await api.call('GET', ENDPOINTS),
      await api.call('GET', `${ENDPOINTS}/${first.body.id}`),
      await api.call('POST', `${ENDPOINTS}/${first.body.id}`, { body: 'description=d' }),
      await api.call('DELETE', `${ENDPOINTS}/${first.body.id}`),
    ]
    expect(JSON.stringify(others.map((answer) => answer.body))).not.toContain('whsec_')
    expect(JSON.stringify(api.log)).not.toContain('whsec_')
  })

  test('is not told to another API key that names the same request, which gets the rest', async () => {
    const api = await served()
    const { secret: other } = await api.service.write(TESTER, (call) => createKey(call, { name: 'other' }))
    const headers = { 'idempotency-key': 'k' }
    const body = { url: URL, enabled_events: { 0: '*' } }
    const first = await api.call('POST', ENDPOINTS, { body, headers })
    const { secret, ...rest } = first.body
    const replayed = await api.call('POST', ENDPOINTS, { body, headers, key: other })
    expect(secret).toMatch(SECRET)
    expect([replayed.status, replayed.headers.get('idempotent-replayed')]).toEqual([200, 'true'])
    expect(replayed.body).toEqual(rest)
    expect((await api.call('POST', ENDPOINTS, { body, headers })).body).toEqual(first.body)
  })

  test('is not told for an answer of which nobody knows whom it was made for', async () => {
    const api = await served()
    const headers = { 'idempotency-key': 'k' }
    const body = { url: URL, enabled_events: { 0: '*' } }
    const first = await api.call('POST', ENDPOINTS, { body, headers })
    // As an earlier version of the program stored it.
    await api.store.write(async (tx) => {
      const stored = await tx.idempotency.find(false, 'k')
      await tx.idempotency.forgetAbout(first.body.id)
      if (stored !== undefined) await tx.idempotency.insert({ ...stored, api_key: null })
    })
    const { secret: _, ...rest } = first.body
    expect((await api.call('POST', ENDPOINTS, { body, headers })).body).toEqual(rest)
  })

  test('is forgotten with the stored answer after an hour, and with the endpoint at once', async () => {
    const api = await served()
    const create = (key: string) =>
      api.call('POST', ENDPOINTS, {
        body: { url: URL, enabled_events: { 0: '*' } },
        headers: { 'idempotency-key': key },
      })
    const isStored = (key: string) =>
      api.service.write(TESTER, async ({ tx }) => !!(await tx.idempotency.find(false, key)))
    const { id } = (await create('deleted')).body
    await create('old')
    await api.call('POST', '/v1/identity/verification_sessions', {
      body: 'type=document',
      headers: { 'idempotency-key': 'session' },
    })
    await api.call('DELETE', `${ENDPOINTS}/${id}`)
    expect([await isStored('deleted'), await isStored('old')]).toEqual([false, true])
    api.clock.now += 3601
    await api.service.write(TESTER, forgetOld)
    expect([await isStored('old'), await isStored('session')]).toEqual([false, true])
  })
})

describe('the types that an endpoint wants', () => {
  test('may be any that the official client knows', async () => {
    const api = await served()
    const declared = readFileSync('node_modules/stripe/cjs/resources/WebhookEndpoints.d.ts', 'utf8')
    const types = [...(/EnabledEvent = ([^;]+);/.exec(declared)?.[1] ?? '').matchAll(/'([^']+)'/g)].map(
      ([, type]) => type,
    )
    expect(types.length).toBeGreaterThan(200)
    const stripes = EVENT_TYPES.filter((type) => !type.startsWith('verification_flows.'))
    expect(types).toEqual(expect.arrayContaining([...stripes, '*']))
    expect((await created(api, { enabled_events: { ...types } })).enabled_events).toEqual(types)
  })

  test('count once each', async () => {
    const api = await served()
    const types = ['*', 'identity.verification_session.redacted', '*']
    expect((await created(api, { enabled_events: { ...types } })).enabled_events).toEqual(types.slice(0, 2))
  })

  test.each([
    ['identity.verification_session.verifed', 'identity.verification_session.verified'],
    ['identity.verification_session.cancelled', 'identity.verification_session.canceled'],
    ['Identity.Verification_Session.Created', 'identity.verification_session.created'],
    ['identity.*', 'name types'],
    ['**', 'name types'],
    ['verified', 'name types'],
    ['a b.c', 'name types'],
    ['order.verified_twice', 'name types'],
    ['customer.craeted', 'did you mean customer.created?'],
    ['', 'name types'],
    [`a.${'b'.repeat(100)}`, 'name types'],
  ])('are refused when nobody has them, in a new endpoint and in a change: %s', async (type, advice) => {
    const api = await served()
    const enabled_events = { 0: '*', 1: type }
    const { id } = await created(api)
    for (const error of [
      await refused(api, { url: URL, enabled_events }),
      await refused(api, { enabled_events }, `${ENDPOINTS}/${id}`),
    ]) {
      expect(error).toMatchObject({ param: 'enabled_events[1]' })
      expect(error.message).toContain(advice)
    }
    expect((await api.call('GET', `${ENDPOINTS}/${id}`)).body.enabled_events).toEqual(['*'])
  })
})

describe('the URL of an endpoint', () => {
  test.each([
    'https://example.com',
    'https://example.com:8443/a?b=c#d',
    'https://8.8.8.8/hooks',
    'https://[2606:4700::1111]:444/',
    'https://münchen.example/',
    'https://172.15.0.1/',
    'https://127.example.com/',
  ])('may be public: %s', (url) => {
    expect(webhookTargets().fault(url)).toBeUndefined()
  })

  test.each([
    'https://127.0.0.1/',
    'https://127.255.255.254:8443/',
    'https://0x7f.1/',
    'https://0177.0.0.1/',
    'https://2130706433/',
    'https://127.1/',
    'https://127。0。0。1/',
    'https://127.0.0.1./',
    'https://localhost/',
    'https://LOCALHOST./',
    'https://api.localhost/',
    'https://0.0.0.0/',
    'https://0/',
    'https://10.1.2.3/',
    'https://172.16.0.1/',
    'https://172.31.255.255/',
    'https://192.168.1.1/',
    'https://100.64.0.1/',
    'https://100.100.100.200/',
    'https://169.254.169.254/latest/meta-data',
    'https://168.63.129.16/',
    'https://192.0.0.192/',
    'https://198.18.0.1/',
    'https://224.0.0.1/',
    'https://255.255.255.255/',
    'https://[::]/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',
    'https://[0:0:0:0:0:ffff:a01:203]/',
    'https://[::127.0.0.1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://[2002:7f00:1::]/',
    'https://[::ffff:0:7f00:1]/',
    'https://[64:ff9b:2::1]/',
    'https://[100::1]/',
    'https://[200::1]/',
    'https://[1000::1]/',
    'https://[1fff::1]/',
    'https://[4000::1]/',
    'https://[2001:db8::1]/',
    'https://[fe80::1]/',
    'https://[fd00:ec2::254]/',
    'https://[fc00::1]/',
    'https://[ff02::1]/',
  ])('must not be an address that is not public: %s', (url) => {
    expect(webhookTargets().fault(url)).toMatch(/must lead to a public address/)
  })

  test.each([
    ['http://example.com/', /https:/],
    ['http://8.8.8.8/', /https:/],
    ['ftp://example.com/', /complete address/],
    ['example.com/hooks', /complete address/],
    ['https:example.com', /complete address/],
    ['https:///example.com', /complete address/],
    ['https:\\\\example.com', /complete address/],
    ['https://exa mple.com/', /complete address/],
    ['https://example.com/\u0007', /complete address/],
    ['https://[::1/', /complete address/],
    ['https://[fe80::1%25eth0]/', /complete address/],
    ['https://user@example.com/', /credentials/],
    ['https://user:secret@example.com/', /credentials/],
    ['https://@example.com/', /credentials/],
    [`https://example.com/${'a'.repeat(2030)}`, /2048/],
  ])('must be whole, encrypted, short and without credentials: %s', (url, fault) => {
    expect(webhookTargets().fault(url)).toMatch(fault)
  })

  test('may be what the service was started with, even without encryption', () => {
    const targets = webhookTargets(['127.0.0.0/8', '10.1.0.0/16', 'fd00::/8'])
    const faults = (...urls: readonly string[]) => urls.map((url) => targets.fault(url))
    expect(faults('http://localhost:4000', 'http://127.0.0.2', 'https://10.1.2.3', 'http://[fd00::1]')).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ])
    // Where a name leads is looked at when something is sent.
    expect(targets.fault('http://receiver.internal')).toBeUndefined()
    expect(targets.fault('https://10.2.0.1')).toMatch(/public/)
    expect(targets.fault('http://8.8.8.8')).toMatch(/https:/)
  })

  test('that is refused tells its parameter, when it is created and when it is changed', async () => {
    const api = await served({ webhookAllow: ['10.0.0.0/8'] })
    const expected = { code: 'url_invalid', param: 'url' }
    const events = { enabled_events: { 0: '*' } }
    expect(await refused(api, { url: 'https://127.0.0.1', ...events })).toMatchObject(expected)
    const { id } = await created(api, { url: 'http://10.0.0.1' })
    expect(await refused(api, { url: 'https://[::1]' }, `${ENDPOINTS}/${id}`)).toMatchObject(expected)
    expect((await api.call('GET', `${ENDPOINTS}/${id}`)).body.url).toBe('http://10.0.0.1')
  })
})

describe('a range of addresses', () => {
  test.each(['127.0.0.0/8', '10.0.0.1', 'fd00::/8', '::1', '0.0.0.0/0'])('%s', (text) => {
    expect(parseRange(text)).toBeDefined()
  })

  test.each(['', '127', '127.0.0.0/33', '::1/129', 'localhost', '127.0.0.0/', '1.2.3.4/8/9', 'fe80::1%lo/64'])(
    '%s is none',
    (text) => {
      expect(parseRange(text)).toBeUndefined()
      expect(() => webhookTargets([text])).toThrow(RangeError)
    },
  )
})
