import { describe, expect, test } from 'vitest'
import { FLOW_STATE } from '../../src/service/api/deployments.js'
import { read } from '../../src/service/api/route.js'
import { ROUTES } from '../../src/service/api/routes.js'
import { API_VERSION } from '../../src/service/api-version.js'
import { deploy } from '../../src/service/operations/deployments/deployments.js'
import { createEphemeralKey } from '../../src/service/operations/keys/ephemeral-keys.js'
import { createKey, revokeKey } from '../../src/service/operations/keys/keys.js'
import { allows, SCOPES, type Scope } from '../../src/service/operations/keys/scopes.js'
import { aDeployment, creating } from './deployment-requests.js'
import { aReceiver } from './receiver.js'
import { type Called, type Served, served, TESTER } from './serving.js'

/** Every route of the API. A new one is held to all of this by standing in its table. */

/** An object of the test mode for every collection that a route may name one of, by the word before its name. */
async function objectsOf({ store, service, call, clock }: Served): Promise<Readonly<Record<string, string>>> {
  const receiver = await aReceiver()
  await store.write((tx) =>
    tx.webhookEndpoints.insert({
      id: 'we_1',
      livemode: false,
      url: receiver.url,
      enabled_events: ['*'],
      status: 'enabled',
      secret: 'whsec_1',
      description: null,
      metadata: {},
      api_version: null,
      created: clock.now,
    }),
  )
  const deployment = await service.write(TESTER, (one) => deploy(one, aDeployment([creating('a')])))
  const session = (await call('POST', '/v1/identity/verification_sessions', { body: 'type=document' })).body
  const submitted = await call('POST', `/v1/test_helpers/identity/verification_sessions/${session.id}/submit`)
  const key = await service.write(TESTER, (one) => createKey(one, { name: 'object' }))
  const ephemeral = await service.write({ ...TESTER, apiVersion: API_VERSION }, (one) =>
    createEphemeralKey(one, { verification_session: session.id }),
  )
  const page = { limit: 1 }
  // The service sends what happened: from then on nothing changes by itself.
  const pending = () => store.read((tx) => tx.deliveries.list(false, { status: 'pending' }, page))
  await expect.poll(async () => (await pending()).data).toEqual([])
  const [events, deliveries] = await store.read(async (tx) => [
    await tx.events.list(false, {}, page),
    await tx.deliveries.list(false, {}, page),
  ])
  return {
    verification_flows: deployment.changes[0]?.id ?? '',
    verification_sessions: session.id,
    verification_reports: submitted.body.last_verification_report,
    flow_deployments: deployment.id,
    events: events.data[0]?.id ?? '',
    webhook_endpoints: 'we_1',
    webhook_deliveries: deliveries.data[0]?.id ?? '',
    api_keys: key.id,
    ephemeral_keys: ephemeral.id,
  }
}

/** Every kind of key that is refused whatever it asks for. */
async function wrongKeys({
  service,
  clock,
}: Pick<Served, 'service' | 'clock'>): Promise<Readonly<Record<string, string>>> {
  const make = (more: object = {}) => service.write(TESTER, (call) => createKey(call, { name: 'wrong', ...more }))
  const [revoked, expiring, narrow] = [
    await make(),
    await make({ expires: clock.now + 1 }),
    await make({ scopes: [...SCOPES] }),
  ]
  await service.write(TESTER, (call) => revokeKey(call, revoked.id))
  await service.write(TESTER, (call) => revokeKey(call, narrow.id))
  return {
    none: '',
    garbage: 'garbage',
    'a secret key that nobody made': `sk_test_${'0'.repeat(38)}`,
    'a restricted key that nobody made': `rk_test_${'0'.repeat(38)}`,
    'a publishable key': `pk_test_${'0'.repeat(38)}`,
    revoked: revoked.secret,
    'revoked and restricted': narrow.secret,
    expired: expiring.secret,
  }
}

const isLetIn = ({ status, body }: Called) =>
  status !== 401 && status !== 403 && status < 500 && body.error?.code !== 'livemode_mismatch'

type Route = (typeof ROUTES)[number]

/** Whoever overrides a result has to see what was found. A test of reviews holds that one without the other is refused. */
const ALSO_FOR_A_REVIEW: readonly Scope[] = ['reports:read']

const named = (routes: readonly Route[]) => routes.map((route) => [`${route.method} ${route.url}`, route] as const)

/** A service with objects, and how to call one route of it, for an object if it is for one. */
async function atRoute(route: Route) {
  const api = await served({ processing: 0, webhookAllow: ['127.0.0.0/8'] })
  const objects = await objectsOf(api)
  const [, collection] = /([a-z_]+)\/:\w+/.exec(route.url) ?? []
  const id = collection === undefined ? '' : objects[collection]
  if (id === undefined) throw new Error(`objectsOf knows no object among ${collection}`)
  const path = `${route.url.replace(/:\w+/, id)}${route === FLOW_STATE ? '?project=acme-kyc' : ''}`
  return { ...api, ask: (key: string) => api.call(route.method, path, { key }) }
}

describe('every route lets in whom its scope lets in, and nobody else', () => {
  test.each(named(ROUTES))('%s', async (_name, route) => {
    const { ask, key, liveKey, service, clock } = await atRoute(route)
    const refused = await wrongKeys({ service, clock })
    clock.now += 1
    for (const [kind, wrong] of Object.entries(refused)) {
      const { status, body } = await ask(wrong)
      expect([status, body.error.type], kind).toEqual([401, 'invalid_request_error'])
    }
    const also = route.url.endsWith('/review') ? ALSO_FOR_A_REVIEW : []
    for (const scope of SCOPES) {
      const scopes = also.includes(scope) ? [scope] : [scope, ...also]
      const { secret } = await service.write(TESTER, (call) => createKey(call, { name: 'one', scopes }))
      const answer = await ask(secret)
      if (route.scope === null || allows([scope], route.scope)) expect(isLetIn(answer), scope).toBe(true)
      else {
        expect([answer.status, answer.body.error.code], scope).toEqual([403, 'scope_missing'])
        expect(answer.body.error.message, 'it says what is missing').toContain(route.scope)
      }
    }
    expect(isLetIn(await ask(key)), 'a secret key').toBe(true)
    const live = await ask(liveKey)
    if ('testOnly' in route && route.testOnly) {
      expect([live.status, live.body.error.code]).toEqual([400, 'livemode_mismatch'])
    } else expect(isLetIn(live), 'a secret key of the live mode').toBe(true)
  })
})

describe('every route for one object knows none of the other mode', () => {
  test.each(named(ROUTES.filter(({ url }) => url.includes('/:'))))('%s', async (_name, route) => {
    const { ask, key, liveKey, store } = await atRoute(route)
    const before = await contentsOf(store)
    const { status, body } = await ask(liveKey)
    if (route.method === 'GET') {
      expect([status, body.error?.code]).toEqual([404, 'resource_missing'])
      expect((await ask(key)).status, 'it is there in its own mode').toBe(200)
    } else expect([400, 404]).toContain(status)
    expect(await contentsOf(store), 'nothing was changed').toEqual(before)
  })
})

/** What either mode holds, as far as a request could change it. */
async function contentsOf(store: Served['store']) {
  return store.read(async (tx) => {
    const modes = [false, true].map(async (livemode) => {
      const page = { limit: 50 }
      return [
        await tx.flows.list(livemode, {}, page),
        await tx.sessions.list(livemode, {}, page),
        await tx.events.list(livemode, {}, page),
        await tx.webhookEndpoints.list(livemode, page),
        await tx.deliveries.list(livemode, {}, page),
        (await tx.apiKeys.list(livemode, {}, page)).data.map(({ id, revoked }) => [id, revoked]),
      ]
    })
    return Promise.all(modes)
  })
}

describe('a route', () => {
  test('that does not say what it asks of a key is no route', () => {
    // @ts-expect-error: the scope is missing.
    read('/v1/nothing', { summary: 'Nothing', answers: 'event' }, async () => ({}))
    expect(ROUTES.every(({ scope }) => scope === null || SCOPES.includes(scope))).toBe(true)
    const forEveryKey = ROUTES.filter(({ scope }) => scope === null).map(({ method, url }) => `${method} ${url}`)
    expect(forEveryKey, 'what every valid key may ask').toEqual(['GET /v1/api_keys/current'])
    expect(ROUTES.length).toBeGreaterThan(20)
  })
})
