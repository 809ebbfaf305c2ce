import { describe, expect, test } from 'vitest'
import type { ChangeRequest, DeploymentRequest } from '../../../src/model/deployment.js'
import { KEY_PATTERN } from '../../../src/model/flow.js'
import { toBrackets, toPointer } from '../../../src/model/json-pointer.js'
import { planDigest } from '../../../src/model/plan.js'
import { openApiDocument } from '../../../src/service/openapi/document.js'
import { STRIPE_EVENT_TYPES } from '../../../src/service/operations/events/stripe-event-types.js'
import { aDeployment, creating, updating } from '../deployment-requests.js'
import { type Called, type Served, served } from '../serving.js'
import { type Limit, limitsOf, nameOf } from './limits.js'

const FLOWS = '/v1/identity/verification_flows'
const SESSIONS = '/v1/identity/verification_sessions'
const ENDPOINTS = '/v1/webhook_endpoints'
const DEPLOYMENTS = '/v2/identity/flow_deployments'

const document = openApiDocument()
/** What a time may be hangs on the clock: the tests of keys hold it. */
const limits = limitsOf(document).filter(({ path }) => path.at(-1) !== 'expires')

/** A request that is granted but for the limit that it is made for; a new one each time. */
interface Base {
  readonly path: string
  readonly body?: object
}

let count = 0
const aSession = async ({ call }: Served) => (await call('POST', SESSIONS, { body: 'type=document' })).body.id
const ofSession = (action: string) => async (api: Served) => ({ path: `${SESSIONS}/${await aSession(api)}${action}` })
const at = (path: string) => async () => ({ path })

/** By the operation, for every operation that has limits. */
const BASES: Readonly<Record<string, (api: Served, limit: Limit) => Promise<Base>>> = {
  [`GET ${FLOWS}`]: at(FLOWS),
  [`POST ${FLOWS}`]: async () => {
    count += 1
    return { path: FLOWS, body: { key: `flow-${count}`, name: 'A', type: 'document' } }
  },
  // Labels are merged into those that are there: each request has a flow of its own.
  [`POST ${FLOWS}/{verification_flow}`]: async ({ call }) => {
    count += 1
    return {
      path: `${FLOWS}/${(await call('POST', FLOWS, { body: `key=flow-${count}&name=A&type=document` })).body.id}`,
    }
  },
  [`POST ${FLOWS}/{verification_flow}/archive`]: at(`${FLOWS}/a/archive`),
  [`POST ${FLOWS}/{verification_flow}/restore`]: at(`${FLOWS}/a/restore`),
  [`POST ${FLOWS}/{verification_flow}/static_link`]: at(`${FLOWS}/a/static_link`),
  [`GET ${FLOWS}/{verification_flow}/versions`]: at(`${FLOWS}/a/versions`),
  // A version is one of a flow.
  [`GET ${SESSIONS}`]: async (_api, { path }) => ({
    path: SESSIONS,
    body: path[0] === 'verification_flow_version' ? { verification_flow: 'a' } : {},
  }),
  [`POST ${SESSIONS}`]: async (_api, { path }) => ({
    path: SESSIONS,
    body: path[0] === 'verification_flow' ? {} : { type: 'document' },
  }),
  [`POST ${SESSIONS}/{session}`]: ofSession(''),
  'POST /v1/test_helpers/identity/verification_sessions/{session}/submit': async (api) => ({
    path: `/v1/test_helpers/identity/verification_sessions/${await aSession(api)}/submit`,
  }),
  [`POST ${SESSIONS}/{session}/review`]: async (api) => {
    const session = await aSession(api)
    await api.call('POST', `/v1/test_helpers/identity/verification_sessions/${session}/submit`)
    return { path: `${SESSIONS}/${session}/review`, body: { status: 'requires_input', reason: 'x' } }
  },
  'GET /v1/identity/verification_reports': at('/v1/identity/verification_reports'),
  'GET /v1/events': at('/v1/events'),
  'GET /v1/api_keys': at('/v1/api_keys'),
  'POST /v1/api_keys': async () => ({ path: '/v1/api_keys', body: { name: 'reader', scopes: ['flows:read'] } }),
  [`GET ${ENDPOINTS}`]: at(ENDPOINTS),
  [`POST ${ENDPOINTS}`]: async (api) => {
    await withoutEndpoints(api)
    return { path: ENDPOINTS, body: AN_ENDPOINT }
  },
  [`POST ${ENDPOINTS}/{webhook_endpoint}`]: async (api) => {
    await withoutEndpoints(api)
    return { path: `${ENDPOINTS}/${(await api.call('POST', ENDPOINTS, { body: AN_ENDPOINT })).body.id}` }
  },
  'POST /v1/ephemeral_keys': at('/v1/ephemeral_keys'),
  'GET /v1/webhook_deliveries': at('/v1/webhook_deliveries'),
  'GET /v2/identity/flow_state': at('/v2/identity/flow_state'),
  [`GET ${DEPLOYMENTS}`]: at(DEPLOYMENTS),
  [`POST ${DEPLOYMENTS}`]: async (_api, { path }) => {
    count += 1
    const source = { commit: '0'.repeat(40), branch: 'main', dirty: false }
    // Configurations are looked at last, when the digest is known to be that of the changes.
    if (path.includes('after')) return { path: DEPLOYMENTS, body: aDeployment([creating(`flow-${count}`)]) }
    return { path: DEPLOYMENTS, body: { ...aDeployment([aChange(0)]), source, plan_digest: '0'.repeat(64) } }
  },
}

const AN_ENDPOINT = { url: 'https://example.com/hook', enabled_events: ['*'] }

/** There are only so many at a time. */
async function withoutEndpoints({ call }: Served): Promise<void> {
  const { data } = (await call('GET', `${ENDPOINTS}?limit=100`)).body
  for (const { id } of data) await call('DELETE', `${ENDPOINTS}/${id}`)
}

function aChange(index: number): ChangeRequest {
  return updating({ id: `vf_${index}`, key: `flow-${index}`, version: 1 })
}

/** What has the pattern, and what has not. */
const PATTERNS: Readonly<Record<string, readonly [string, string]>> = {
  [KEY_PATTERN.source]: ['k'.repeat(63), 'k'.repeat(64)],
  '^\\S(.*\\S)?$': ['a b', 'a '],
  '^vf_[A-Za-z0-9]{1,252}$': ['vf_'.padEnd(255, '1'), 'vf_'.padEnd(256, '1')],
  '^[0-9a-f]{64}$': ['0'.repeat(64), '0'.repeat(65)],
  '^[0-9a-f]{40,64}$': ['0'.repeat(64), '0'.repeat(65)],
  '^https?://[^@\\s]+$': ['https://example.com/flows', 'https://token@example.com/flows'],
  '^(?!__proto__$)[^\\[\\]]+$': ['a.b', 'a]b'],
}

/** Parameters that only certain texts are: this long. */
const TEXTS: Readonly<Record<string, (length: number) => string>> = {
  email: (length) => '@example.com'.padStart(length, 'x'),
  return_url: (length) => 'https://example.com/'.padEnd(length, 'x'),
  repository: (length) => 'https://example.com/'.padEnd(length, 'x'),
  run: (length) => 'https://example.com/'.padEnd(length, 'x'),
  url: (length) => 'https://example.com/'.padEnd(length, 'x'),
  api_version: () => '2026-10-28.endive',
  type: () => 'document',
  outcome: () => 'verified',
}

/** At the limit, and one beyond it. */
function valuesOf({ path, keyword, value, schema }: Limit): readonly [unknown, unknown] {
  const limit = Number(value)
  const text = TEXTS[path.at(-1) ?? ''] ?? ((length: number) => 'x'.repeat(length))
  const labels = (length: number) => Object.fromEntries(Array.from({ length }, (_, n) => [`label-${n}`, 'x']))
  const items = (length: number) => Array.from({ length }, (_, n) => (ITEMS[path.join()] ?? (() => itemOf(schema)))(n))
  switch (keyword) {
    case 'pattern':
      return PATTERNS[String(value)] ?? [undefined, undefined]
    case 'minLength':
      return [text(limit), '']
    case 'maxLength':
      return [text(limit), text(limit + 1)]
    case 'minimum':
      return [limit, limit - 1]
    case 'maximum':
      return [limit, limit + 1]
    case 'minItems':
      return [items(limit), []]
    case 'maxItems':
      return [items(limit), items(limit + 1)]
    default:
      return [labels(limit), labels(limit + 1)]
  }
}

const ITEMS: Readonly<Record<string, (n: number) => unknown>> = {
  changes: aChange,
  addresses: () => '10.0.0.0/8',
  // The same type may be named twice.
  enabled_events: (n) => [...STRIPE_EVENT_TYPES][n % STRIPE_EVENT_TYPES.size],
}

function itemOf({ items }: Limit['schema']): unknown {
  const { enum: values } = items as { readonly enum?: readonly unknown[] }
  return values?.[0] ?? 'x'
}

describe('every limit of the OpenAPI document', () => {
  test('has a request here that can break it', () => {
    expect([...new Set(limits.map(({ operation }) => operation))].filter((name) => !(name in BASES))).toEqual([])
    expect(limits.filter((limit) => valuesOf(limit)[1] === undefined).map(nameOf)).toEqual([])
    expect(limits.length).toBeGreaterThan(100)
  })

  test.each([...new Set(limits.map(({ operation }) => operation))])('holds: %s', async (operation) => {
    const api = await served({ processing: 0 })
    await api.call('POST', FLOWS, { body: { key: 'a', name: 'A', type: 'document' } })
    for (const limit of limits.filter((one) => one.operation === operation)) {
      const [most, more] = valuesOf(limit)
      const granted = await send(api, limit, most)
      expect(isGranted(granted), `${nameOf(limit)}, at the limit: ${JSON.stringify(granted.body)}`).toBe(true)
      const refused = await send(api, limit, more)
      expect([refused.status, refused.body.error?.param], `${nameOf(limit)}, beyond`).toEqual([
        400,
        paramOf(limit, more),
      ])
      expect(CODES[limit.keyword] ?? CODES.others, nameOf(limit)).toContain(refused.body.error.code)
    }
  })

  test('of bodies as a whole is one for forms, and one for JSON', () => {
    const bodies = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).flatMap(({ requestBody }) => requestBody ?? []),
    )
    const figures = bodies.map((body) =>
      [Object.keys(body.content), body['x-max-bytes'], body['x-max-parameters'], body['x-max-depth']].join(' '),
    )
    expect([...new Set(figures)].sort()).toEqual([
      'application/json 33554432  16',
      'application/x-www-form-urlencoded 1048576 10000 32',
    ])
  })

  test.each<[string, string, (size: number) => unknown, number]>([
    ['the bytes of a form', FLOWS, (size) => 'key=b&name=B&type=document'.padEnd(size, '&'), 1_048_576],
    ['the bytes of JSON', DEPLOYMENTS, (size) => '{}'.padEnd(size, ' '), 33_554_432],
  ])('holds: %s', async (_what, path, bodyOf, limit) => {
    const { call } = await served()
    expect((await call('POST', path, { body: bodyOf(limit) })).status).not.toBe(413)
    const { status, body } = await call('POST', path, { body: bodyOf(limit + 1) })
    expect([status, body.error.code]).toEqual([413, undefined])
  })

  test.each<[string, string, (size: number) => unknown, number, RegExp]>([
    ['the parameters of a form', SESSIONS, (size) => manyLabels(size), 10_000, /parameters, more than 10000/],
    ['the depth of a form', SESSIONS, (size) => `metadata${'[a]'.repeat(size - 1)}=x`, 32, /more than 32 names deep/],
    ['the depth of JSON', DEPLOYMENTS, (size) => nested(size), 16, /nested too deep/],
  ])('holds: %s', async (_what, path, bodyOf, limit, message) => {
    const { call } = await served()
    // Something else is wrong with what is as large as it may be.
    expect((await call('POST', path, { body: bodyOf(limit) })).body.error.message).not.toMatch(message)
    const { status, body } = await call('POST', path, { body: bodyOf(limit + 1) })
    expect([status, body.error.code]).toEqual([400, undefined])
    expect(body.error.message).toMatch(message)
  })

  test('holds: the length of an idempotency key', async () => {
    const keys = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).flatMap(({ parameters = [] }) =>
        parameters.filter(({ name }) => name === 'Idempotency-Key'),
      ),
    )
    expect([...new Set(keys.map(({ schema }) => JSON.stringify(schema)))]).toEqual([
      JSON.stringify({ type: 'string', minLength: 1, maxLength: 255 }),
    ])
    const { call } = await served()
    const send = (length: number) =>
      call('POST', SESSIONS, { body: 'type=document', headers: { 'idempotency-key': 'k'.repeat(length) } })
    expect((await send(255)).status).toBe(200)
    const { status, body } = await send(256)
    expect([status, body.error.type]).toEqual([400, 'idempotency_error'])
  })
})

const CODES: Readonly<Record<string, readonly (string | undefined)[]>> = {
  minimum: ['parameter_invalid_integer', undefined],
  maximum: ['parameter_invalid_integer', undefined],
  minLength: ['parameter_invalid_empty', undefined],
  minItems: ['parameter_invalid_empty', undefined],
  others: [undefined, 'url_invalid', 'email_invalid'],
}

/** What is refused for another reason than the request itself has passed every limit. */
function isGranted({ status, body }: Called): boolean {
  return status === 200 || status === 404 || status === 412 || body.error?.code === 'plan_digest_mismatch'
}

async function send(api: Served, limit: Limit, value: unknown): Promise<Called> {
  const { path, body = {} } = (await BASES[limit.operation]?.(api, limit)) ?? { path: '' }
  const [method = ''] = limit.operation.split(' ')
  const sent = withDigest(withValue(body, limit.path, value), limit)
  if (method !== 'GET') return api.call(method, path, { body: sent })
  return api.call(method, `${path}?${new URLSearchParams(flat(sent))}`)
}

/** A deployment whose configuration is wrong is still one whose digest is right. */
function withDigest(body: unknown, { path }: Limit): unknown {
  if (!path.includes('after')) return body
  const deployment = body as DeploymentRequest
  return { ...deployment, plan_digest: planDigest({ ...deployment, livemode: false }) }
}

/** Labels are called "a" and say "x" unless that is what the limit is about. */
function withValue(base: unknown, path: readonly string[], value: unknown): unknown {
  const [first, ...rest] = path
  if (first === undefined) return value
  if (first === 'name' && rest.length === 0 && base === LABELS) return { [String(value)]: 'x' }
  if (first === '*') return { a: withValue(undefined, rest, value) }
  if (first === '0') return [withValue((base as unknown[] | undefined)?.[0], rest, value)]
  const inner =
    first === 'metadata' && rest.length > 0 ? LABELS : (base as Record<string, unknown> | undefined)?.[first]
  const beside = first === 'account' || first === 'person' ? { account: 'acct_1', person: 'person_1' } : {}
  return { ...beside, ...(base as object | undefined), [first]: withValue(inner, rest, value) }
}

const LABELS = {}

function paramOf({ path }: Limit, value: unknown): string {
  const isName = path.at(-1) === 'name' && path.at(-2) === 'metadata'
  // In a form, brackets around nothing are a list.
  if (isName && value === '' && path[0] === 'metadata') return 'metadata'
  const named = path.map((segment, index) =>
    segment === '*' ? 'a' : isName && index === path.length - 1 ? String(value) : segment,
  )
  return toBrackets(toPointer(named))
}

function flat(value: unknown, path = ''): [string, string][] {
  if (value === null || typeof value !== 'object') return [[path, String(value)]]
  return Object.entries(value).flatMap(([name, inner]) => flat(inner, path === '' ? name : `${path}[${name}]`))
}

function manyLabels(size: number): string {
  return Array.from({ length: size }, (_, n) => `metadata[${n}]=x`).join('&')
}

function nested(depth: number): object {
  let value: object = {}
  for (let level = 0; level < depth; level += 1) value = { a: value }
  return value
}
