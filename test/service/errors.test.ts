import { describe, expect, test } from 'vitest'
import { ROUTES } from '../../src/service/api/routes.js'
import { API_ERRORS, type ApiErrorCode, UNCODED_ERRORS } from '../../src/service/api-error.js'
import { startServer } from '../../src/service/http/server.js'
import { archiveFlow, createFlow } from '../../src/service/operations/flows/flows.js'
import { createKey, revokeKey } from '../../src/service/operations/keys/keys.js'
import { loadDriver } from '../../src/store/sqlite/database.js'
import { openSqliteStore } from '../../src/store/sqlite/open.js'
import { held } from '../store/holding.js'
import { FarVerifier, type Fault } from '../verifier/far-verifier.js'
import { aDeployment, archiving, creating } from './deployment-requests.js'
import { type Called, type Served, served, TESTER } from './serving.js'

const FLOWS = '/v1/identity/verification_flows'
const SESSIONS = '/v1/identity/verification_sessions'
const ENDPOINTS = '/v1/webhook_endpoints'
const DEPLOYMENTS = '/v2/identity/flow_deployments'

interface Refusal {
  readonly status: number
  readonly param?: string
  readonly ask: (api: Served) => Promise<Called>
}

async function atFaultyVerifier(fault: Fault): Promise<Called> {
  const verifier = new FarVerifier()
  verifier.faults = [fault]
  const { call } = await served({ verifiers: [verifier] })
  return call('POST', SESSIONS, { body: 'type=document' })
}

/** How each code of an error comes about. */
const refusals: Readonly<Record<ApiErrorCode, Refusal>> = {
  resource_missing: { status: 404, param: 'session', ask: ({ call }) => call('GET', `${SESSIONS}/vs_none`) },
  resource_already_exists: {
    status: 400,
    param: 'key',
    ask: ({ call }) => call('POST', FLOWS, { body: { key: 'a', name: 'A', type: 'document' } }),
  },
  parameter_missing: {
    status: 400,
    param: 'name',
    ask: ({ call }) => call('POST', FLOWS, { body: 'key=b&type=document' }),
  },
  parameter_unknown: {
    status: 400,
    param: 'options[colour]',
    ask: ({ call }) => call('POST', FLOWS, { body: 'key=b&name=B&type=document&options[colour]=red' }),
  },
  parameters_exclusive: {
    status: 400,
    param: 'type',
    ask: ({ call }) => call('POST', SESSIONS, { body: 'verification_flow=a&type=document' }),
  },
  parameter_invalid_empty: {
    status: 400,
    param: 'name',
    ask: ({ call }) => call('POST', `${FLOWS}/a`, { body: 'name=' }),
  },
  parameter_invalid_integer: { status: 400, param: 'limit', ask: ({ call }) => call('GET', `${FLOWS}?limit=ten`) },
  parameter_invalid_string_blank: {
    status: 400,
    param: 'name',
    ask: ({ call }) => call('POST', '/v1/api_keys', { body: { name: '  ' } }),
  },
  url_invalid: {
    status: 400,
    param: 'return_url',
    ask: ({ call }) => call('POST', `${FLOWS}/a`, { body: 'return_url=http://example.com' }),
  },
  email_invalid: {
    status: 400,
    param: 'provided_details[email]',
    ask: ({ call }) => call('POST', SESSIONS, { body: 'type=document&provided_details[email]=nobody' }),
  },
  platform_account_required: {
    status: 403,
    ask: ({ call }) => call('GET', FLOWS, { headers: { 'stripe-account': 'acct_1' } }),
  },
  api_key_expired: {
    status: 401,
    ask: async ({ call, service }) => {
      const { id, secret } = await service.write(TESTER, (one) => createKey(one, { mode: 'test', name: 'old' }))
      await service.write(TESTER, (one) => revokeKey(one, id))
      return call('GET', FLOWS, { key: secret })
    },
  },
  lock_timeout: {
    status: 503,
    ask: async ({ place: { where: file }, key }) => {
      const store = await openSqliteStore({ file, patience: 50 })
      const server = await startServer({ store, host: '127.0.0.1', port: 0 })
      const other = new (await loadDriver())(file)
      other.exec('begin immediate')
      const response = await fetch(`${server.url}${SESSIONS}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/x-www-form-urlencoded' },
        body: 'type=document',
      })
      const called = { status: response.status, headers: response.headers, body: await response.json() }
      other.exec('rollback')
      other.close()
      await server.close()
      await store.close()
      return called
    },
  },
  idempotency_key_in_use: {
    status: 409,
    ask: async ({ call, place }) => {
      const holder = await held(await place.open(), (tx) => tx.state.lock(false))
      const create = () =>
        call('POST', FLOWS, { body: 'key=b&name=B&type=document', headers: { 'idempotency-key': 'k' } })
      const both = [create(), create()]
      const refused = await Promise.race(both)
      await holder.end()
      await Promise.all(both)
      return refused
    },
  },
  verifier_refused: { status: 400, ask: () => atFaultyVerifier('refused') },
  verifier_unavailable: { status: 503, ask: () => atFaultyVerifier('lost') },
  scope_missing: {
    status: 403,
    ask: async ({ call, service }) => {
      const scopes = ['sessions:read']
      const { secret } = await service.write(TESTER, (one) => createKey(one, { name: 'reader', scopes }))
      return call('GET', FLOWS, { key: secret })
    },
  },
  key_bound: {
    status: 403,
    param: 'verification_flow',
    ask: async ({ call, service }) => {
      const params = { name: 'bound', scopes: ['sessions:write'], project: 'acme-kyc' }
      const { secret } = await service.write(TESTER, (one) => createKey(one, params))
      return call('POST', SESSIONS, { key: secret, body: 'type=document' })
    },
  },
  flow_archived: {
    status: 400,
    param: 'verification_flow',
    ask: async ({ call, service }) => {
      await service.write(TESTER, (one) => archiveFlow(one, 'a'))
      return call('POST', SESSIONS, { body: 'verification_flow=a' })
    },
  },
  flow_version_conflict: {
    status: 412,
    param: 'expected_version',
    ask: ({ call }) => call('POST', `${FLOWS}/a/archive`, { body: 'expected_version=3' }),
  },
  flow_of_other_project: {
    status: 400,
    param: 'project',
    ask: ({ call }) => call('POST', `${FLOWS}/a`, { body: 'project=two' }),
  },
  flow_status_invalid: {
    status: 400,
    param: 'changes[0]',
    ask: async ({ call, service }) => {
      const { id, version } = await service.write(TESTER, (one) => archiveFlow(one, 'a'))
      const body = aDeployment([archiving({ id, key: 'a', version })], { project: 'one' })
      return call('POST', DEPLOYMENTS, { body })
    },
  },
  session_status_invalid: {
    status: 400,
    ask: async (api) => {
      const { id } = (await api.call('POST', SESSIONS, { body: 'type=document' })).body
      await api.call('POST', `${SESSIONS}/${id}/cancel`)
      return api.call('POST', `${SESSIONS}/${id}/cancel`)
    },
  },
  session_redacted: {
    status: 400,
    ask: async (api) => {
      const { id } = (await api.call('POST', SESSIONS, { body: 'type=document' })).body
      await api.call('POST', `${SESSIONS}/${id}/redact`)
      return api.call('POST', `${SESSIONS}/${id}`, { body: 'metadata[a]=b' })
    },
  },
  rate_limit: {
    status: 429,
    ask: async ({ store, key }) => {
      const server = await startServer({ store, host: '127.0.0.1', port: 0, rateLimit: 1, now: () => 1 })
      const ask = () => fetch(server.url + FLOWS, { headers: { authorization: `Bearer ${key}` } })
      await ask()
      const response = await ask()
      const called = { status: response.status, headers: response.headers, body: await response.json() }
      await server.close()
      return called
    },
  },
  livemode_mismatch: {
    status: 400,
    ask: async ({ call, liveKey: key }) => {
      const { id } = (await call('POST', SESSIONS, { body: 'type=document', key })).body
      return call('POST', `/v1/test_helpers/identity/verification_sessions/${id}/submit`, { key })
    },
  },
  plan_digest_mismatch: {
    status: 400,
    param: 'plan_digest',
    ask: ({ call }) =>
      call('POST', DEPLOYMENTS, { body: { ...aDeployment([creating('b')]), plan_digest: '0'.repeat(64) } }),
  },
  webhook_endpoint_limit: {
    status: 400,
    ask: async ({ call }) => {
      const body = { url: 'https://example.com', enabled_events: { 0: '*' } }
      for (let n = 0; n < 16; n += 1) expect((await call('POST', ENDPOINTS, { body })).status).toBe(200)
      return call('POST', ENDPOINTS, { body })
    },
  },
  webhook_endpoint_disabled: {
    status: 400,
    param: 'webhook_endpoint',
    ask: async ({ call }) => {
      const body = { url: 'https://example.com', enabled_events: { 0: '*' } }
      const { id } = (await call('POST', ENDPOINTS, { body })).body
      await call('POST', SESSIONS, { body: 'type=document' })
      await call('POST', `${ENDPOINTS}/${id}`, { body: 'disabled=true' })
      const [delivery] = (await call('GET', '/v1/webhook_deliveries')).body.data
      return call('POST', `/v1/webhook_deliveries/${delivery.id}/resend`)
    },
  },
}

describe('every code of an error', () => {
  test('has a request here that it answers', () => {
    expect(Object.keys(refusals).sort()).toEqual(Object.keys(API_ERRORS).sort())
  })

  test.each(Object.entries(refusals))('%s', async (code, { status, param, ask }) => {
    const api = await served()
    await api.service.write(TESTER, (call) =>
      createFlow(call, { key: 'a', name: 'A', type: 'document', project: 'one' }),
    )
    const answer = await ask(api)
    expect(answer.status).toBe(status)
    expect(API_ERRORS[code as ApiErrorCode].statuses).toContain(status)
    expect(Object.keys(answer.body)).toEqual(['error'])
    expect(answer.body.error).toMatchObject({
      type: status >= 500 ? 'api_error' : 'invalid_request_error',
      code,
      message: expect.stringMatching(/\S/),
    })
    expect(answer.body.error.param).toBe(param)
    expect(answer.headers.get('request-id')).toMatch(/^req_/)
    // Where the code is explained: a page of the service itself, for anybody.
    const { doc_url } = answer.body.error
    expect(doc_url).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:\\d+/docs/errors#${code}$`))
    const page = await fetch(`${api.url}${new URL(doc_url).pathname}`)
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(await page.text()).toContain(`id="${code}"`)
  })
})

describe('what has no code at Stripe has none here, and no address of its documentation', () => {
  test.each([
    ['a boolean', SESSIONS, 'type=document&options[document][require_live_capture]=yes', /^Invalid boolean: yes$/],
    ['one of several words', SESSIONS, 'type=passport', /^Invalid type: /],
    ['a text that is too long', FLOWS, { key: 'b', name: 'x'.repeat(101), type: 'document' }, /^Invalid name: /],
    ['a list', FLOWS, 'key=b&name=B&type=document&options[document][allowed_types]=x', /^Invalid array$/],
    ['an object', SESSIONS, 'type=document&metadata=x', /^Invalid object$/],
    ['a phone number', SESSIONS, { type: 'document', provided_details: { phone: '5'.repeat(5001) } }, /at most 5000/],
  ])('%s', async (_what, path, body, message) => {
    const { call } = await served()
    const { status, body: answer } = await call('POST', path, { body })
    expect(status).toBe(400)
    expect(Object.keys(answer.error).sort()).toEqual(['message', 'param', 'type'])
    expect(answer.error).toMatchObject({ type: 'invalid_request_error', message: expect.stringMatching(message) })
  })
})

describe('an object that does not exist', () => {
  const routes = ROUTES.filter(({ url }) => url.includes('/:'))

  test.each(routes.map((route) => [`${route.method} ${route.url}`, route] as const))(
    "is named by the path's own name: %s",
    async (_name, { method, url }) => {
      const { call } = await served()
      const [placeholder = '', param] = /:(\w+)/.exec(url) ?? []
      const isJson = url.startsWith('/v2')
      const answer = await call(method, url.replace(placeholder, 'none'), {
        ...(method === 'POST' && !isJson && { body: {} }),
      })
      expect(answer.status).toBe(404)
      expect(answer.body.error).toMatchObject({ code: 'resource_missing', param })
    },
  )

  test("has Stripe's names where it is Stripe's", () => {
    const names = routes.flatMap(({ url }) => /^\/v1\/(.*)\/:(\w+)$/.exec(url)?.slice(1).join(' ') ?? [])
    expect(names).toEqual(
      expect.arrayContaining([
        'identity/verification_sessions session',
        'identity/verification_reports report',
        'events id',
        'webhook_endpoints webhook_endpoint',
      ]),
    )
  })
})

describe('docs/reference/errors.md', () => {
  test('is the table of codes', async () => {
    await expect(errorsDocument()).toMatchFileSnapshot('../../docs/reference/errors.md')
  })
})

/** The same for readers of the repository. */
function errorsDocument(): string {
  const codes = Object.entries(API_ERRORS).map(
    ([code, { statuses, meaning }]) => `### ${code}\n\n${meaning} HTTP status ${statuses.join(' or ')}.\n`,
  )
  const others = Object.entries(UNCODED_ERRORS).map(([status, meaning]) => `| ${status} | ${meaning} |`)
  return [
    '# Errors of the flows API',
    "Programs look at the HTTP status, `type`, `code` and `param`; the wording may change. Codes are Stripe's where Stripe has one.\n`doc_url` leads to the same table, served by the service itself under `/docs/errors`.",
    '## Codes',
    ...codes.map((code) => code.trimEnd()),
    '## Without a code',
    ['| status | |', '| --- | --- |', ...others].join('\n'),
  ]
    .join('\n\n')
    .concat('\n')
}
