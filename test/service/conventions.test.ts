import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { API_VERSION } from '../../src/service/api-version.js'
import { createKey } from '../../src/service/operations/keys/keys.js'
import { served, TESTER } from './serving.js'

const FLOWS = '/v1/identity/verification_flows'
const SESSIONS = '/v1/identity/verification_sessions'

describe('HEAD', () => {
  test('answers as GET does, without the body', async () => {
    const { url, key, call } = await served()
    await call('POST', FLOWS, { body: 'key=a&name=A&type=document' })
    for (const path of [FLOWS, `${FLOWS}/a`, `${FLOWS}/none`, '/v2/identity/flow_state?project=p', '/healthz']) {
      const headers = { authorization: `Bearer ${key}` }
      const [get, head] = [await fetch(url + path, { headers }), await fetch(url + path, { method: 'HEAD', headers })]
      expect(head.status, path).toBe(get.status)
      for (const name of ['content-type', 'content-length', 'etag']) {
        expect(head.headers.get(name), `${path} ${name}`).toBe(get.headers.get(name))
      }
      expect(head.headers.get('request-id')).toMatch(/^req_/)
      expect(await head.text()).toBe('')
    }
  })

  test('asks for the same key', async () => {
    const { url, service } = await served()
    const { secret } = await service.write(TESTER, (one) => createKey(one, { name: 'r', scopes: ['sessions:read'] }))
    const status = async (path: string, key: string) =>
      (await fetch(url + path, { method: 'HEAD', headers: { authorization: `Bearer ${key}` } })).status
    expect(await status(SESSIONS, secret)).toBe(200)
    expect(await status(FLOWS, secret)).toBe(403)
    expect(await status(FLOWS, 'sk_test_wrong')).toBe(401)
  })
})

describe('OPTIONS', () => {
  test.each([
    [FLOWS, 'GET, HEAD, OPTIONS, POST'],
    [`${FLOWS}/vf_1/versions`, 'GET, HEAD, OPTIONS'],
    ['/v1/api_keys/ak_1/revoke', 'OPTIONS, POST'],
    ['/v2/identity/flow_deployments', 'GET, HEAD, OPTIONS, POST'],
  ])('of %s names its methods, and lets no script of another origin in', async (path, allow) => {
    const { url } = await served()
    const response = await fetch(url + path, {
      method: 'OPTIONS',
      headers: { origin: 'https://example.com', 'access-control-request-method': 'POST' },
    })
    expect([response.status, response.headers.get('allow')]).toEqual([200, allow])
    expect(await response.json()).toEqual({ object: 'methods', methods: allow.split(', ') })
    expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
  })

  test('of an address that does not exist is 404', async () => {
    const { url } = await served()
    expect((await fetch(`${url}/v1/nothing`, { method: 'OPTIONS' })).status).toBe(404)
  })
})

describe('Stripe-Version', () => {
  test.each([
    '2020-08-27',
    '2026-10-28.endive',
    '2026-10-28.preview',
    '2026-10-28; feature_beta=v3',
    '2026-10-28.endive; one_beta=v3; two_beta=v1',
  ])('is taken and echoed: %s', async (version) => {
    const { call } = await served()
    const headers = { 'stripe-version': version }
    const { headers: answered } = await call('POST', SESSIONS, { body: 'type=document', headers })
    expect(answered.get('stripe-version')).toBe(version)
    expect((await call('GET', SESSIONS, { headers })).headers.get('stripe-version')).toBe(version)
  })

  test.each([
    '',
    'latest',
    '2026-13-01',
    '2026-10-32',
    '2026-10-28.',
    '2026-10-28 endive',
    `2026-10-28.${'a'.repeat(200)}`,
  ])('that is none is refused, and nothing is done: %.20s', async (version) => {
    const { call } = await served()
    const headers = { 'stripe-version': version }
    const { status, body, headers: answered } = await call('POST', SESSIONS, { body: 'type=document', headers })
    expect([status, body.error?.message.slice(0, 23)]).toEqual([400, 'Invalid Stripe-Version:'])
    expect(answered.get('stripe-version')).toBe(API_VERSION)
    expect((await call('GET', SESSIONS)).body.data).toEqual([])
  })

  test('may be left out: the answer names the one of the service, and so does an error', async () => {
    const { call } = await served()
    expect((await call('GET', SESSIONS)).headers.get('stripe-version')).toBe(API_VERSION)
    expect((await call('POST', SESSIONS, { body: 'type=none' })).headers.get('stripe-version')).toBe(API_VERSION)
    expect((await call('GET', SESSIONS, { key: 'sk_test_none' })).headers.get('stripe-version')).toBe(API_VERSION)
  })

  test.each<[string, string, RequestInit, number]>([
    ['an address that does not exist', '/v1/nothing', {}, 404],
    ['a method that an address does not have', SESSIONS, { method: 'PATCH' }, 404],
    [
      'a body that is compressed',
      SESSIONS,
      { method: 'POST', headers: { 'content-encoding': 'gzip' }, body: 'a' },
      415,
    ],
    ['an address that cannot be read', '/v1/%zz', {}, 400],
  ])('is named where no route answers: %s', async (_what, path, init, status) => {
    const { url } = await served()
    const answer = await fetch(`${url}${path}`, init)
    expect([answer.status, answer.headers.get('stripe-version')]).toEqual([status, API_VERSION])
  })

  test('is none of pages and of health', async () => {
    const { url } = await served()
    for (const path of ['/healthz', '/docs/errors']) {
      expect((await fetch(`${url}${path}`)).headers.get('stripe-version')).toBe(null)
    }
  })
})

describe('request ids', () => {
  test('are those of the log, whatever is asked and whatever comes of it', async () => {
    const { call, log, url } = await served()
    const ids = []
    for (const [method, path, options] of [
      ['GET', FLOWS, {}],
      ['HEAD', FLOWS, {}],
      ['OPTIONS', FLOWS, {}],
      ['GET', FLOWS, { key: 'sk_test_wrong' }],
      ['GET', '/nowhere', {}],
      ['POST', SESSIONS, { body: 'type=nothing' }],
      ['GET', `${FLOWS}/%zz`, {}],
    ] as const) {
      ids.push((await call(method, path, options)).headers.get('request-id'))
    }
    await expect.poll(() => log.map(({ request }) => request)).toEqual(ids)
    expect(new Set(ids).size).toBe(7)
    const { port } = new URL(url)
    const socket = connect(Number(port), '127.0.0.1').end('NOT HTTP\r\n\r\n')
    let answer = ''
    for await (const chunk of socket) answer += chunk
    expect(answer).toMatch(/^Request-Id: req_/m)
  })
})

describe('other accounts', () => {
  test.each([
    ['Stripe-Account', 'acct_1'],
    ['Stripe-Context', 'acct_1'],
    ['Stripe-Context', 'acct_1/acct_2'],
  ])('do not exist here, so nothing is done or read for one: %s %s', async (header, account) => {
    const { call } = await served()
    const { id } = (await call('POST', SESSIONS, { body: 'type=document' })).body
    const headers = { [header]: account }
    for (const [method, path] of [
      ['POST', SESSIONS],
      ['GET', SESSIONS],
      ['GET', `${SESSIONS}/${id}`],
      ['POST', `${SESSIONS}/${id}/cancel`],
      ['GET', '/v2/identity/flow_state?project=a'],
    ] as const) {
      const { status, body } = await call(method, path, { headers, ...(method === 'POST' && { body: {} }) })
      expect([status, body.error.code, body.error.type]).toEqual([
        403,
        'platform_account_required',
        'invalid_request_error',
      ])
      expect(body.error.message).toContain('Only Stripe Connect platforms can work with other accounts')
      expect(body.error.message).toContain(header)
    }
    expect((await call('GET', SESSIONS)).body.data).toMatchObject([{ id, status: 'requires_input' }])
    expect((await call('GET', SESSIONS, { headers, key: 'sk_test_none' })).status).toBe(401)
  })

  test('are none where the header is empty', async () => {
    const { call } = await served()
    expect((await call('GET', SESSIONS, { headers: { 'Stripe-Account': ' ' } })).status).toBe(200)
  })
})

describe('addresses that end with a slash', () => {
  test.each([SESSIONS, FLOWS, '/v1/events', '/v1/webhook_endpoints', '/v2/identity/flow_deployments'])(
    'are those without: %s/',
    async (path) => {
      const { call } = await served()
      const { status, body } = await call('GET', `${path}/?limit=1`)
      expect([status, body.object, body.url]).toEqual([200, 'list', path])
    },
  )

  test('are those without for what is written too, and its idempotency key', async () => {
    const { call } = await served()
    const send = (path: string) => call('POST', path, { body: 'type=document', headers: { 'idempotency-key': 'k' } })
    const first = await send(`${SESSIONS}/`)
    expect(first.status).toBe(200)
    expect((await send(SESSIONS)).body).toEqual(first.body)
    expect((await call('GET', `${SESSIONS}/${first.body.id}/`)).body.id).toBe(first.body.id)
    expect((await call('GET', `${SESSIONS}//`)).status).toBe(404)
  })
})

describe('a body that is encoded', () => {
  test.each([
    ['gzip', SESSIONS, 'type=document'],
    ['br', FLOWS, 'key=a&name=A&type=document'],
    ['x-unknown', '/v2/identity/flow_deployments', '{}'],
    ['deflate, gzip', '/l/abc', 'email=a@example.com'],
  ])('with %s is refused with 415 that says so, and nothing is done: %s', async (encoding, path, text) => {
    const { call, url } = await served()
    const zipped = gzipSync(text)
    const response = await fetch(url + path, {
      method: 'POST',
      headers: { 'content-encoding': encoding, 'content-type': 'application/x-www-form-urlencoded' },
      body: zipped,
    })
    expect(response.status).toBe(415)
    const answer = await response.text()
    expect(answer).toContain(`Content-Encoding: ${encoding}`)
    expect((await call('GET', SESSIONS)).body.data).toEqual([])
  })

  test('with identity is not encoded', async () => {
    const { call } = await served()
    const headers = { 'content-encoding': 'identity' }
    expect((await call('POST', SESSIONS, { body: 'type=document', headers })).status).toBe(200)
    expect((await call('GET', SESSIONS, { headers: { 'content-encoding': 'gzip' } })).status).toBe(200)
  })
})
