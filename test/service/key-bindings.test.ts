import { describe, expect, test } from 'vitest'
import { sha256 } from '../../src/model/canonical.js'
import { ROUTES } from '../../src/service/api/routes.js'
import type { ApiError } from '../../src/service/api-error.js'
import { API_VERSION } from '../../src/service/api-version.js'
import { authorise } from '../../src/service/operations/calls/authorise.js'
import { type CreateKeyParams, checkApiKey, createKey, listKeys } from '../../src/service/operations/keys/keys.js'
import { storeOfTheLane } from '../store/stores.js'
import { aDeployment, creating, updating } from './deployment-requests.js'
import { aService, type ServedOptions, served, TESTER } from './serving.js'

const FLOWS = '/v1/identity/verification_flows'
const SESSIONS = '/v1/identity/verification_sessions'
const REPORTS = '/v1/identity/verification_reports'
const DEPLOYMENTS = '/v2/identity/flow_deployments'
const SCOPES = ['flows:write', 'deployments:write', 'sessions:write', 'reports:read']

/** A service with two projects and what belongs to them: kyc-a, kyc-b and pay-a of "ours", kyc-c of "theirs". */
async function atService(options: ServedOptions = {}) {
  const api = await served({ processing: 0, ...options })
  const deployed = async (project: string, keys: readonly string[]) => {
    const body = aDeployment(
      keys.map((key) => creating(key)),
      { project },
    )
    return (await api.call('POST', DEPLOYMENTS, { body })).body
  }
  const ours = await deployed('ours', ['kyc-a', 'kyc-b', 'pay-a'])
  const theirs = await deployed('theirs', ['kyc-c'])
  const ids: Record<string, string> = {}
  for (const { key, id } of [...ours.changes, ...theirs.changes]) ids[key] = id
  const sessions: Record<string, string> = {}
  const reports: Record<string, string> = {}
  for (const key of Object.keys(ids)) {
    sessions[key] = (await api.call('POST', SESSIONS, { body: `verification_flow=${key}` })).body.id
    const path = `/v1/test_helpers/identity/verification_sessions/${sessions[key]}/submit`
    reports[key] = (await api.call('POST', path)).body.last_verification_report
  }
  const bare = (await api.call('POST', SESSIONS, { body: 'type=document' })).body.id as string
  const make = async (params: Partial<CreateKeyParams>) =>
    (await api.service.write(TESTER, (call) => createKey(call, { name: 'bound', scopes: SCOPES, ...params }))).secret
  return { ...api, ours, theirs, ids, sessions, reports, bare, make }
}

type At = Awaited<ReturnType<typeof atService>>

const keysIn = async ({ call }: At, path: string, key: string) =>
  ((await call('GET', path, { key })).body.data as readonly { id: string; key?: string }[]).map(
    ({ key: own, id }) => own ?? id,
  )

/** Bindings, with what is within them. */
const BINDINGS = [
  { title: 'a project', params: { project: 'ours' }, within: ['kyc-a', 'kyc-b', 'pay-a'] },
  { title: 'flows of a project', params: { project: 'ours', flows: ['kyc-*'] }, within: ['kyc-a', 'kyc-b'] },
  {
    title: 'flows of any project',
    params: { flows: ['kyc-*'], scopes: ['flows:write', 'sessions:write', 'reports:read'] },
    within: ['kyc-a', 'kyc-b', 'kyc-c'],
  },
  {
    title: 'one flow',
    params: { flows: ['pay-a'], scopes: ['flows:write', 'sessions:write', 'reports:read'] },
    within: ['pay-a'],
  },
] as const

const ALL = ['kyc-a', 'kyc-b', 'kyc-c', 'pay-a']

describe.each(storeOfTheLane)('a key, on $name,', (implementation) => {
  test.each(BINDINGS)('that is bound to $title lists what is within, and nothing else', async ({ params, within }) => {
    const at = await atService({ implementation })
    const key = await at.make(params)
    expect((await keysIn(at, FLOWS, key)).toSorted()).toEqual(within)
    expect((await keysIn(at, `${FLOWS}?limit=1`, key)).length, 'a page').toBe(1)
    expect((await keysIn(at, SESSIONS, key)).toSorted()).toEqual(within.map((one) => at.sessions[one]).toSorted())
    expect((await keysIn(at, REPORTS, key)).toSorted()).toEqual(within.map((one) => at.reports[one]).toSorted())
    const beyond = ALL.filter((one) => !(within as readonly string[]).includes(one))
    for (const one of beyond) {
      for (const [path, objects] of [
        [FLOWS, at.ids],
        [SESSIONS, at.sessions],
        [REPORTS, at.reports],
      ] as const) {
        const { status, body } = await at.call('GET', `${path}?starting_after=${objects[one]}`, { key })
        expect([status, body.error?.code], 'a cursor tells nothing').toEqual([404, 'resource_missing'])
      }
    }
  })
})

describe('a key that is bound to flows', () => {
  test('sees no difference between what is beyond and what is not there', async () => {
    const { call, make, ids, sessions, reports, bare, theirs } = await atService()
    const key = await make({ project: 'ours', flows: ['kyc-*'] })
    const noFlow = `${ids['pay-a']?.slice(0, -1)}0`
    const pairs = [
      [`${FLOWS}/${ids['pay-a']}`, `${FLOWS}/${noFlow}`],
      [`${FLOWS}/kyc-c`, `${FLOWS}/kyc-x`],
      [`${FLOWS}/pay-a`, `${FLOWS}/pay-x`],
      [`${FLOWS}/${ids['kyc-c']}/versions`, `${FLOWS}/${noFlow}/versions`],
      [`${SESSIONS}/${sessions['pay-a']}`, `${SESSIONS}/vs_x`],
      [`${SESSIONS}/${bare}`, `${SESSIONS}/vs_x`],
      [`${SESSIONS}?verification_flow=${ids['pay-a']}`, `${SESSIONS}?verification_flow=${noFlow}`],
      [`${REPORTS}/${reports['kyc-c']}`, `${REPORTS}/vr_x`],
      [`${DEPLOYMENTS}/${theirs.id}`, `${DEPLOYMENTS}/vfd_x`],
      [`${DEPLOYMENTS}/${theirs.id}/flows`, `${DEPLOYMENTS}/vfd_x/flows`],
    ] as const
    const nameless = (path: string, message: string) => message.replace(/'[^']*'/, '...').replaceAll(path, '')
    for (const [beyond, absent] of pairs) {
      const [one, other] = [await call('GET', beyond, { key }), await call('GET', absent, { key })]
      expect([403, 404]).toContain(one.status)
      expect([one.status, one.body.error.code]).toEqual([other.status, other.body.error.code])
      expect(nameless(beyond, one.body.error.message)).toBe(nameless(absent, other.body.error.message))
      expect(one.body.error.message, 'it says what the key is bound to').toContain(
        'the project ours and the flows kyc-*',
      )
    }
  })

  test('makes sessions from these flows only, by id or by key, and none without a flow', async () => {
    const { call, make, ids } = await atService()
    const key = await make({ flows: ['kyc-*'], scopes: ['sessions:write'] })
    const ask = async (body: string) => {
      const { status, body: answer } = await call('POST', SESSIONS, { body, key })
      return [status, answer.error?.code]
    }
    expect(await ask('verification_flow=kyc-a')).toEqual([200, undefined])
    expect(await ask(`verification_flow=${ids['kyc-c']}`)).toEqual([200, undefined])
    expect(await ask('verification_flow=pay-a')).toEqual([403, 'key_bound'])
    expect(await ask(`verification_flow=${ids['pay-a']}`)).toEqual([404, 'resource_missing'])
    expect(await ask('type=document')).toEqual([403, 'key_bound'])
  })

  test('changes nothing beyond them', async () => {
    const at = await atService()
    const { call, ids, sessions, make, service } = at
    const key = await make({ project: 'ours', flows: ['kyc-*'] })
    const before = await Promise.all(ALL.map(async (one) => (await call('GET', `${FLOWS}/${one}`)).body))
    const writes: readonly (readonly [string, string])[] = [
      ...['', '/archive', '/restore', '/static_link'].flatMap((way) =>
        [ids['pay-a'], ids['kyc-c'], 'pay-a', 'kyc-c'].map((one) => [`${FLOWS}/${one}${way}`, ''] as const),
      ),
      [FLOWS, 'key=pay-new&name=N&type=document&project=ours'],
      [FLOWS, 'key=kyc-new&name=N&type=document&project=theirs'],
      [FLOWS, 'key=kyc-new&name=N&type=document'],
      [`${FLOWS}/kyc-a`, 'key=pay-new'],
      [`${FLOWS}/kyc-a`, 'project='],
      ...['', '/cancel', '/redact'].map((way) => [`${SESSIONS}/${sessions['pay-a']}${way}`, ''] as const),
      [`/v1/test_helpers${SESSIONS.slice(3)}/${sessions['kyc-c']}/submit`, ''],
      ['/v1/ephemeral_keys', `verification_session=${sessions['pay-a']}`],
    ]
    for (const [path, body] of writes) {
      const headers = { 'stripe-version': API_VERSION }
      const { status, body: answer } = await call('POST', path, { body, key, headers })
      expect([403, 404], `${path} ${body}`).toContain(status)
      expect(['key_bound', 'resource_missing']).toContain(answer.error.code)
    }
    expect(await Promise.all(ALL.map(async (one) => (await call('GET', `${FLOWS}/${one}`)).body))).toEqual(before)
    expect((await service.read(TESTER, listKeys)).data).toHaveLength(2)
    expect(await keysIn(at, FLOWS, key)).toHaveLength(2)
  })

  test('is not told who holds a key that is taken beyond them', async () => {
    const { call, make, ids } = await atService()
    const key = await make({ project: 'ours' })
    const made = await call('POST', FLOWS, { body: 'key=kyc-c&name=N&type=document&project=ours', key })
    expect([made.status, made.body.error.code]).toEqual([400, 'resource_already_exists'])
    expect(JSON.stringify(made.body)).not.toContain(ids['kyc-c'])
  })

  test('gets no answer that was kept for another key, and none for a request of its own under a name in use', async () => {
    const { call, make } = await atService()
    const key = await make({ flows: ['kyc-*'], scopes: ['sessions:write'] })
    const headers = { 'idempotency-key': 'k' }
    const first = await call('POST', SESSIONS, { body: 'verification_flow=pay-a', headers })
    expect(first.status).toBe(200)
    const { status, body } = await call('POST', SESSIONS, { body: 'verification_flow=pay-a', headers, key })
    expect([status, body.error.type]).toEqual([400, 'idempotency_error'])
    expect(JSON.stringify(body)).not.toContain(first.body.id)
    const own = { 'idempotency-key': 'own' }
    const made = await call('POST', SESSIONS, { body: 'verification_flow=kyc-a', headers: own, key })
    const again = await call('POST', SESSIONS, { body: 'verification_flow=kyc-a', headers: own, key })
    expect(again.body).toEqual(made.body)
  })
})

describe('a key that is bound to a project', () => {
  const deploying = (project: string, changes: Parameters<typeof aDeployment>[0]) => aDeployment(changes, { project })

  test('plans and deploys that one, and no other', async () => {
    const at = await atService()
    const { call, make } = at
    const key = await make({ project: 'ours' })
    const state = await call('GET', '/v2/identity/flow_state?project=ours', { key })
    expect(state.body.flows.map((flow: { key: string }) => flow.key)).toEqual(['kyc-a', 'kyc-b', 'pay-a'])
    const other = await call('GET', '/v2/identity/flow_state?project=theirs', { key })
    expect([other.status, other.body.error.code]).toEqual([403, 'key_bound'])
    const made = await call('POST', DEPLOYMENTS, { body: deploying('ours', [creating('new')]), key })
    expect(made.body).toMatchObject({ project: 'ours', changes: [{ key: 'new' }] })
    const refused = await call('POST', DEPLOYMENTS, { body: deploying('theirs', [creating('new2')]), key })
    expect([refused.status, refused.body.error]).toEqual([
      403,
      expect.objectContaining({ code: 'key_bound', param: 'project' }),
    ])
    const taken = await call('POST', DEPLOYMENTS, { body: deploying('ours', [creating('kyc-c')]), key })
    expect([taken.status, taken.body.error.code]).toEqual([400, 'resource_already_exists'])
    const foreign = deploying('ours', [updating({ id: at.ids['kyc-c'] as string, key: 'kyc-c', version: 9 }, {})])
    const stale = await call('POST', DEPLOYMENTS, { body: foreign, key })
    expect([stale.status, stale.body.error.stale]).toEqual([
      412,
      [expect.objectContaining({ current_version: null, updated_by: null })],
    ])
  })

  test('sees the deployments of that one, and with flows their changes only', async () => {
    const at = await atService()
    const { call, make, ours, theirs } = at
    for (const [params, keys] of [
      [{ project: 'ours' }, ['kyc-a', 'kyc-b', 'pay-a']],
      [{ project: 'ours', flows: ['kyc-*'] }, ['kyc-a', 'kyc-b']],
    ] as const) {
      const key = await make(params)
      expect(await keysIn(at, DEPLOYMENTS, key)).toEqual([ours.id])
      const other = await call('GET', `${DEPLOYMENTS}?project=theirs`, { key })
      expect([other.status, other.body.error.code]).toEqual([403, 'key_bound'])
      expect((await call('GET', `${DEPLOYMENTS}?starting_after=${theirs.id}`, { key })).status).toBe(404)
      const one = await call('GET', `${DEPLOYMENTS}/${ours.id}`, { key })
      expect(one.body.changes.map((change: { key: string }) => change.key)).toEqual(keys)
      const flows = await call('GET', `${DEPLOYMENTS}/${ours.id}/flows`, { key })
      expect(flows.body.data.map((flow: { key: string }) => flow.key)).toEqual(keys)
    }
    const ofAny = await make({ flows: ['kyc-*'], scopes: ['flows:read'] })
    expect((await call('GET', DEPLOYMENTS, { key: ofAny })).body.error.code).toBe('key_bound')
    expect((await call('GET', `${DEPLOYMENTS}/${ours.id}`, { key: ofAny })).status).toBe(404)
  })

  test('deploys flows of its pattern only, also where the plan was applied before by another key', async () => {
    const { call, make } = await atService()
    const key = await make({ project: 'ours', flows: ['kyc-*'] })
    const refused = await call('POST', DEPLOYMENTS, {
      body: deploying('ours', [creating('kyc-x'), creating('pay-x')]),
      key,
    })
    expect([refused.status, refused.body.error]).toEqual([403, expect.objectContaining({ param: 'changes[1]' })])
    const whole = { ...deploying('ours', [creating('kyc-x'), creating('pay-x')]), approved_digest: 'd'.repeat(64) }
    const made = await call('POST', DEPLOYMENTS, { body: whole })
    expect(made.status, JSON.stringify(made.body)).toBe(200)
    const part = { ...deploying('ours', [creating('kyc-y')]), approved_digest: 'd'.repeat(64) }
    const again = await call('POST', DEPLOYMENTS, { body: part, key })
    expect(again.body.changes.map((change: { key: string }) => change.key)).toEqual(['kyc-x'])
  })

  test('has a tag of its own for what it sees', async () => {
    const { call, make, key: whole } = await atService()
    const path = '/v2/identity/flow_state?project=ours'
    const tagOf = async (key: string) => (await call('GET', path, { key })).headers.get('etag') as string
    const [one, other] = [await make({ project: 'ours' }), await make({ project: 'ours', flows: ['kyc-*'] })]
    const tags = [await tagOf(whole), await tagOf(one), await tagOf(other)]
    expect(new Set(tags).size).toBe(3)
    const known = { 'if-none-match': tags[1] as string }
    expect((await call('GET', path, { key: other, headers: known })).status).toBe(200)
  })
})

describe('the gate', () => {
  const CLOSED = ROUTES.filter(({ keepsBinding }) => !keepsBinding)
  const OPEN = ROUTES.filter(({ keepsBinding }) => keepsBinding)
  /** Such a key cannot be made. That routes are closed holds without that rule. */
  const principal = {
    kind: 'key',
    id: 'ak_1',
    name: 'bound',
    scopes: null,
    binding: { project: 'ours', keys: null },
  } as const
  const refusalOf = (route: (typeof ROUTES)[number]) => {
    try {
      authorise({ livemode: false, principal }, route, 'x')
      return undefined
    } catch (error) {
      return (error as ApiError).body.code
    }
  }

  test('is closed to a key that is bound to flows, unless the route says that it keeps within bindings', () => {
    expect(CLOSED.map(refusalOf)).toEqual(CLOSED.map(() => 'key_bound'))
    expect(OPEN.map(refusalOf)).toEqual(OPEN.map(() => undefined))
  })

  test('is open for flows and what belongs to them, and closed for keys, events and webhooks', () => {
    expect(new Set(OPEN.map(({ scope }) => scope))).toEqual(
      new Set([
        null,
        'flows:read',
        'flows:write',
        'deployments:write',
        'sessions:read',
        'sessions:write',
        'reports:read',
      ]),
    )
    expect(new Set(CLOSED.map(({ url }) => url.split('/')[2]))).toEqual(
      new Set(['api_keys', 'events', 'webhook_endpoints', 'webhook_deliveries', 'ephemeral_keys']),
    )
  })
})

describe('a binding', () => {
  const refusedAs = async (params: Partial<CreateKeyParams>) => {
    const { service } = await aService()
    return service
      .write(TESTER, (call) => createKey(call, { name: 'x', ...params }))
      .then(
        () => undefined,
        (error) => error.body.param,
      )
  }

  test.each([
    [{ project: 'Not a project', scopes: ['flows:read'] }, 'project'],
    [{ project: 'ours' }, 'scopes'],
    [{ flows: ['kyc-*'] }, 'scopes'],
    [{ flows: [], scopes: ['flows:read'] }, 'flows'],
    [{ flows: ['a', 'K*'], scopes: ['flows:read'] }, 'flows[1]'],
    [{ flows: Array.from({ length: 51 }, (_, n) => `f${n}`), scopes: ['flows:read'] }, 'flows'],
    [{ flows: ['a'], scopes: ['flows:read', 'deployments:write'] }, 'project'],
    [{ project: 'ours', scopes: ['keys:admin'] }, 'scopes'],
    [{ project: 'ours', scopes: ['events:read'] }, 'scopes'],
    [{ project: 'ours', scopes: ['webhooks:read'] }, 'scopes'],
    [{ addresses: [] }, 'addresses'],
    [{ addresses: ['10.0.0.0/33'] }, 'addresses[0]'],
    [{ addresses: ['10.0.0.1', 'example.com'] }, 'addresses[1]'],
    [{ addresses: ['10.0.0.0/8', '2001:db8::/32', '192.0.2.7'] }, undefined],
    [{ flows: ['a', '*-b'], scopes: ['flows:read'] }, undefined],
  ])('that cannot be is refused by name: %j', async (params, param) => {
    expect(await refusedAs(params)).toBe(param)
  })

  test.each([
    [['kyc-*'], ['kyc-', 'kyc-a'], ['kyc', 'kyca', 'akyc-a', 'kyc_a']],
    [['*-eu'], ['a-eu', '-eu'], ['a-eu-b', 'eu']],
    [['a*b*c'], ['abc', 'axbxc', 'abbc'], ['ab', 'ac', 'xabc', 'acb']],
    [['ab*ba'], ['abba', 'abxba'], ['aba', 'ab']],
    [['a_b'], ['a_b'], ['axb', 'a-b']],
    [['*'], ['anything'], []],
  ] as const)('to %j holds for the same flows in a list and one by one', async (flows, within, beyond) => {
    const { call, service } = await served()
    const keys = [...within, ...beyond].filter((key) => /^[a-z0-9]/.test(key))
    for (const key of keys) await call('POST', FLOWS, { body: `key=${key}&name=N&type=document` })
    const params = { name: 'x', scopes: ['flows:read'], flows }
    const { secret: key } = await service.write(TESTER, (one) => createKey(one, params))
    const listed = (await call('GET', `${FLOWS}?limit=100`, { key })).body.data as { key: string }[]
    const expected = keys.filter((one) => (within as readonly string[]).includes(one))
    expect(listed.map((flow) => flow.key).toSorted()).toEqual(expected.toSorted())
    for (const one of keys) {
      expect((await call('GET', `${FLOWS}/${one}`, { key })).status, one).toBe(expected.includes(one) ? 200 : 403)
    }
  })
})

describe.each(storeOfTheLane)('a bound key, on $name,', (implementation) => {
  test('is not found by a program that does not know bindings, and is by this one', async () => {
    const { service, store } = await aService(implementation)
    for (const params of [{ project: 'ours', scopes: ['flows:read'] }, { addresses: ['10.0.0.0/8'] }]) {
      const { id, secret } = await service.write(TESTER, (call) => createKey(call, { name: 'x', ...params }))
      expect(
        await store.read((tx) => tx.apiKeys.byHash(sha256(secret))),
        'what an older program looks for',
      ).toBeUndefined()
      expect(await service.read(TESTER, (call) => checkApiKey(call, secret))).toMatchObject({
        status: 'valid',
        keyId: id,
      })
    }
  })
})
