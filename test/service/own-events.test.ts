import { describe, expect, test } from 'vitest'
import { service } from '../../src/service/operations/calls/call.js'
import { tellEndingKeys } from '../../src/service/operations/keys/ending-keys.js'
import { createKey, revokeKey } from '../../src/service/operations/keys/keys.js'
import { sqlite, storeOfTheLane } from '../store/stores.js'
import { aDeployment, creating } from './deployment-requests.js'
import { type Served, served, TESTER } from './serving.js'

const EVENTS = '/v1/events'
const FLOWS = '/v1/identity/verification_flows'
const DEPLOYMENTS = '/v2/identity/flow_deployments'
const ENDPOINTS = '/v1/webhook_endpoints'
const DAY = 24 * 60 * 60
const APPLIED = 'verification_flows.deployment.applied'
const EDITED = 'verification_flows.flow.edited_outside_git'
const EXPIRING = 'verification_flows.api_key.expiring'

async function eventsOf(api: Served, type: string, key = api.key) {
  return (await api.call('GET', `${EVENTS}?type=${type}`, { key })).body.data
}

/** A service with one flow that a deployment wrote. */
async function deployed(api: Served) {
  const { body } = await api.call('POST', DEPLOYMENTS, { body: aDeployment([creating('a'), creating('b')]) })
  const edit = (change: string, path = '') => api.call('POST', `${FLOWS}/a${path}`, { body: change })
  return { deployment: body, edit }
}

/** Records an end that is 10 days away, one a month away, one of the other mode, one of a key that is revoked. */
async function withKeys(api: Served) {
  const { now } = api.clock
  const made = (name: string, days: number, mode: 'test' | 'live' = 'test') =>
    api.service.write(TESTER, (call) => createKey(call, { name, mode, expires: now + days * DAY }))
  const ci = await made('ci-apply', 10)
  await made('app', 30)
  await made('live-ci', 10, 'live')
  const old = await made('old', 10)
  await api.service.write(TESTER, (call) => revokeKey(call, old.id))
  return ci
}

describe.each(storeOfTheLane)('on $name an event of the service itself', (implementation) => {
  test('is there for a deployment, as lists show it, and once for a plan that is sent twice', async () => {
    const api = await served({ implementation })
    const { deployment } = await deployed(api)
    const again = await api.call('POST', DEPLOYMENTS, { body: aDeployment([creating('a'), creating('b')]) })
    expect(again.body.id).toBe(deployment.id)
    const events = await eventsOf(api, APPLIED)
    const [listed] = (await api.call('GET', DEPLOYMENTS)).body.data
    expect(events.map(({ data }: { data: unknown }) => data)).toEqual([{ object: listed }])
    expect(listed).toMatchObject({ id: deployment.id, actor: 'ci', summary: { create: 2, update: 0 } })
    expect(await eventsOf(api, 'verification_flows.*', api.liveKey)).toEqual([])
  })

  test('is there for every edit outside git of a flow that a deployment wrote, and not for its way back', async () => {
    const api = await served({ implementation })
    const { edit } = await deployed(api)
    const name = (await api.call('GET', `${FLOWS}/a`)).body.name
    await edit('name=By hand')
    await edit('name=By hand')
    await edit('rotate=true', '/static_link')
    await edit('active=true', '/static_link')
    await edit('', '/archive')
    await edit('', '/restore')
    await edit('active=false', '/static_link')
    await edit(`name=${name}`)
    const seen = (await eventsOf(api, EDITED)).map(
      ({ data: { object } }: { data: { object: Served['call'] } }) => object,
    )
    expect(seen.reverse()).toMatchObject([
      { object: 'identity.verification_flow', key: 'a', version: 2, name: 'By hand', updated_by: 'ci' },
      { version: 4, static_link: { active: true } },
      { version: 5, status: 'archived' },
      { version: 6, status: 'active' },
      { version: 7, static_link: { active: false } },
    ])
  })

  test('is there for a key that ends within 14 days, once, whichever process looks', async () => {
    const api = await served({ implementation })
    const ci = await withKeys(api)
    const another = service({ store: await api.place.open(), now: () => api.clock.now })
    await Promise.all([api.service, another, api.service, another].map(tellEndingKeys))
    const [event, ...others] = await eventsOf(api, EXPIRING)
    expect(others).toEqual([])
    expect(event).toMatchObject({ request: null, livemode: false, data: { object: { id: ci.id, name: 'ci-apply' } } })
    expect(event.data.object).toEqual((await api.call('GET', `/v1/api_keys/${ci.id}`)).body)
    expect(JSON.stringify(event)).not.toContain(ci.secret)
    expect(await eventsOf(api, EXPIRING, api.liveKey)).toMatchObject([{ livemode: true }])

    api.clock.now += 16 * DAY - 1
    await tellEndingKeys(another)
    expect(await eventsOf(api, EXPIRING)).toHaveLength(1)
    api.clock.now += 2
    await tellEndingKeys(another)
    await tellEndingKeys(api.service)
    expect((await eventsOf(api, EXPIRING))[0].data.object.name).toBe('app')
    expect(await eventsOf(api, EXPIRING)).toHaveLength(2)
  })
})

describe('an event of the service itself', () => {
  test('is not there for flows that no deployment wrote, which Terraform edits here', async () => {
    const api = await served()
    const body = { key: 'a', name: 'A', type: 'document', project: 'acme-kyc' }
    await api.call('POST', FLOWS, { body })
    await api.call('POST', `${FLOWS}/a`, { body: 'name=Changed' })
    expect(await eventsOf(api, 'verification_flows.*')).toEqual([])
  })

  test('is not there for a deployment that was refused', async () => {
    const api = await served()
    await deployed(api)
    expect((await api.call('POST', DEPLOYMENTS, { body: aDeployment([creating('a')], { runId: 'two' }) })).status).toBe(
      412,
    )
    expect(await eventsOf(api, APPLIED)).toHaveLength(1)
  })

  test('goes to endpoints that name it or all of them, and to none that wants what Stripe has', async () => {
    const api = await served({ implementation: sqlite })
    const endpoint = async (...types: string[]) =>
      (await api.call('POST', ENDPOINTS, { body: { url: 'https://receiver.invalid', enabled_events: { ...types } } }))
        .body
    await endpoint('*')
    await endpoint(EXPIRING, 'identity.verification_session.redacted')
    const wanted = [await endpoint(APPLIED), await endpoint('*', 'verification_flows.*')]
    expect(wanted[1].enabled_events).toEqual(['*', 'verification_flows.*'])
    await deployed(api)
    const deliveries = (await api.call('GET', '/v1/webhook_deliveries')).body.data
    const receivers = deliveries.map((one: { webhook_endpoint: string }) => one.webhook_endpoint)
    expect(receivers.sort()).toEqual(wanted.map(({ id }) => id).sort())
    const refused = await endpoint('verification_flows.deployment.aplied')
    expect(refused.error.message).toContain('did you mean verification_flows.deployment.applied?')
  })
})
