import { describe, expect, test } from 'vitest'
import { API_ERRORS, type ApiErrorCode } from '../../src/service/api-error.js'
import { startServer } from '../../src/service/http/server.js'
import { archiveFlow, createFlow } from '../../src/service/operations/flows.js'
import { createKey, revokeKey } from '../../src/service/operations/keys.js'
import { loadDriver } from '../../src/store/sqlite/database.js'
import { openSqliteStore } from '../../src/store/sqlite/open.js'
import { held } from '../store/holding.js'
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
  scope_missing: {
    status: 403,
    ask: async ({ call, service }) => {
      const scopes = ['sessions:read']
      const { secret } = await service.write(TESTER, (one) => createKey(one, { name: 'reader', scopes }))
      return call('GET', FLOWS, { key: secret })
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
  })
})
