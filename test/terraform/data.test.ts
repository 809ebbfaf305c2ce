import { describe, expect, test } from 'vitest'
import { createFlow } from '../../src/service/operations/flows/flows.js'
import { createKey } from '../../src/service/operations/keys/keys.js'
import type { ObjectValue } from '../../src/terraform/wire/value.js'
import { PROJECT } from '../helpers/builders.js'
import { served } from '../service/serving.js'
import { aServiceSite, filled, type Site, sites, Terraform, texts } from './providers.js'

describe.each(sites)('data sources over $name', ({ open }) => {
  test('show a flow by key and by id, whoever manages it, with every default filled in', async () => {
    const site = await open()
    const state = await new Terraform(site, 'others').apply({
      key: 'theirs',
      options: { phone: { require_verification: true } },
    })
    const byKey = await read(site, 'flows_verification_flow', { key: 'theirs' })
    expect(byKey.result).toEqual({
      id: state?.id,
      key: 'theirs',
      name: 'Flow',
      description: null,
      type: 'document',
      options: {
        document: {
          allowed_types: ['driving_license', 'id_card', 'passport'],
          require_id_number: false,
          require_live_capture: false,
          require_matching_selfie: false,
        },
        email: { require_verification: false },
        phone: { require_verification: true },
        matching: { name: 'none', dob: 'none' },
      },
      return_url: null,
      stripe_flow: null,
      metadata: {},
      protected: false,
      static_link: state?.static_link,
      project: 'others',
      status: 'active',
      version: 1,
    })
    expect(await read(site, 'flows_verification_flow', { id: state?.id })).toEqual(byKey)
  })

  test('say at its name that there is no such flow', async () => {
    const site = await open()
    const { diagnostics } = await read(site, 'flows_verification_flow', { key: 'nothing' })
    expect(texts(diagnostics)).toEqual([expect.stringContaining('error at key: No flow has the key "nothing"')])
    const unknown = await read(site, 'flows_verification_flow', { id: 'vf_0mfz1k2a9c4d8e7f6g5h4j3k' })
    expect(texts(unknown.diagnostics)).toEqual([expect.stringContaining('error at id: No flow has the id "vf_0')])
  })

  test('list the flows in order of key, all or those of a project or a status', async () => {
    const site = await open()
    const terraform = new Terraform(site)
    await terraform.apply({ key: 'b' })
    await terraform.apply(null, await terraform.apply({ key: 'a' }))
    await site.write((call) => createFlow(call, { key: 'c', name: 'C', type: 'id_number' }))
    const keys = async (given: object) => {
      const { result } = await read(site, 'flows_verification_flows', given)
      return flowsIn(result).map(({ key }) => key)
    }
    expect(await keys({})).toEqual(['a', 'b', 'c'])
    expect(await keys({ project: PROJECT })).toEqual(['a', 'b'])
    expect(await keys({ status: 'active' })).toEqual(['b', 'c'])
    expect(await keys({ project: PROJECT, status: 'archived' })).toEqual(['a'])
    expect(await keys({ project: 'nobody' })).toEqual([])
  })
})

describe.each(sites)('a session over $name', ({ open }) => {
  const given = { verification_flow: 'payouts', idempotency_key: 'user-42', metadata: { order: '7' } }

  test('is opened once for plan, apply and later runs with the same key', async () => {
    const site = await open()
    await new Terraform(site).apply({ key: 'payouts' })
    const first = await openSession(site, {
      ...given,
      provided_details: { email: 'a@example.com' },
      client_reference_id: 'u',
    })
    expect(first.result).toMatchObject({
      id: expect.stringMatching(/^vs_/),
      status: 'requires_input',
      client_secret: expect.stringMatching(/^vs_\w+_secret_/),
      provided_details: { email: 'a@example.com', phone: null },
    })
    const again = await openSession(site, {
      ...given,
      provided_details: { email: 'a@example.com' },
      client_reference_id: 'u',
    })
    expect(again.result?.id).toBe(first.result?.id)
    expect((await openSession(site, { ...given, idempotency_key: 'user-43' })).result?.id).not.toBe(first.result?.id)
    expect((await sessionsOf(site)).length).toBe(2)
  })

  test('that has ended is told as it is now, not as it was answered first', async () => {
    const site = await open()
    await new Terraform(site).apply({ key: 'payouts' })
    const { result } = await openSession(site, given)
    const writer = await site.remote.writer()
    await writer.submitSession(String(result?.id), 'verified')
    await writer.close()
    await expect
      .poll(async () => (await openSession(site, given)).result, { timeout: 200_000 })
      .toMatchObject({ id: result?.id, status: expect.stringMatching(/verified|processing/), client_secret: null })
  })

  test('is refused at the attribute that is wrong, and without what is personal', async () => {
    const site = await open()
    await new Terraform(site).apply({ key: 'payouts' })
    const refused = async (more: object) => texts((await openSession(site, { ...given, ...more })).diagnostics).join()
    expect(await refused({ verification_flow: 'nothing', idempotency_key: 'a' })).toMatch(
      /^error at verification_flow: /,
    )
    expect(await refused({ provided_details: { phone: '0171\u0007canary' }, idempotency_key: 'b' })).toMatch(
      /^error at provided_details: /,
    )
    expect(await refused({ provided_details: { phone: '0171\u0007canary' }, idempotency_key: 'b' })).not.toContain(
      'canary',
    )
    expect(await refused({ return_url: 'http://example.com', idempotency_key: 'c' })).toMatch(/^error at return_url: /)
    for (const return_url of ['http://canary.example', 'javascript:canary()', 'canary']) {
      expect(await refused({ return_url, idempotency_key: 'c' })).not.toContain('canary')
    }
    await openSession(site, given)
    expect(await refused({ metadata: { order: '8' } })).toContain("'user-42' was used for another request")
  })
})

test('a key that may make sessions and nothing else does for a session', async () => {
  const service = await served()
  const site = aServiceSite(service)
  await new Terraform(site).apply({ key: 'payouts' })
  const { secret } = await site.write((call) =>
    createKey(call, { mode: 'test', name: 's', scopes: ['sessions:write'] }),
  )
  const narrow = aServiceSite({ ...service, key: secret })
  const { result } = await openSession(narrow, { verification_flow: 'payouts', idempotency_key: 'one' })
  expect(result?.id).toMatch(/^vs_/)
  expect(texts((await new Terraform(narrow).plan({ key: 'payouts' })).diagnostics)).toEqual([
    expect.stringContaining('lacks the scope flows:read'),
  ])
})

function flowsIn(result: ObjectValue | null): readonly ObjectValue[] {
  return (result?.flows ?? []) as readonly ObjectValue[]
}

async function read(site: Site, type: string, given: object) {
  const source = (await new Terraform(site).process()).dataSources[type]
  if (source === undefined) throw new Error(`there is no ${type}`)
  return source.read(filled(source.schema, given as ObjectValue))
}

async function openSession(site: Site, given: object) {
  const source = (await new Terraform(site).process()).ephemeralResources.flows_verification_session
  if (source === undefined) throw new Error('there are no sessions')
  return source.open(filled(source.schema, given as ObjectValue))
}

async function sessionsOf({ remote }: Site) {
  const reader = await remote.reader()
  return (await reader.listSessions().finally(() => reader.close())).data
}
