import { describe, expect, test } from 'vitest'
import { flowPages } from '../../src/app/history.js'
import type { FlowsQuery, RemoteReader } from '../../src/remote/remote.js'
import { deploy } from '../../src/service/operations/deployments/deployments.js'
import { storeOfTheLane } from '../store/stores.js'
import { aDeployment, creating } from './deployment-requests.js'
import { type Served, served, TESTER } from './serving.js'

const FLOWS = '/v1/identity/verification_flows'

async function created(api: Served, body: object = {}) {
  const { status, body: flow } = await api.call('POST', FLOWS, {
    body: { key: 'a', name: 'A', type: 'document', ...body },
  })
  expect(status, JSON.stringify(flow)).toBe(200)
  return flow
}

describe.each(storeOfTheLane)('a flow, on $name', (implementation) => {
  test.each([
    ['an API key', `sk_live_${'a1b2c3d4'.repeat(3)}`],
    ['a signing secret of webhooks', `whsec_${'a1b2c3d4'.repeat(4)}`],
  ])('never has %s as its key, which is not repeated', async (what, secret) => {
    const api = await served({ implementation })
    const path = '/v1/identity/verification_flows'
    const flow = { name: 'A', type: 'document' }
    const refused = { status: 400, body: { error: { param: 'key', message: `Invalid key: this is ${what}.` } } }
    const made = await api.call('POST', path, { body: { ...flow, key: secret } })
    expect(made).toMatchObject(refused)
    expect((await api.call('POST', path, { body: { ...flow, key: 'whsec_payouts' } })).status).toBe(200)
    const renamed = await api.call('POST', `${path}/whsec_payouts`, { body: { key: secret } })
    expect(renamed).toMatchObject(refused)
    expect(JSON.stringify([made.body, renamed.body])).not.toContain(secret)
  })

  test('is created with every default filled in', async () => {
    const api = await served({ implementation, publicUrl: 'https://verify.example.com/' })
    const flow = await created(api, { options: { document: { allowed_types: ['passport', 'id_card', 'passport'] } } })
    expect(flow).toEqual({
      id: expect.stringMatching(/^vf_[0-9a-z]{24}$/),
      object: 'identity.verification_flow',
      created: api.clock.now,
      livemode: false,
      key: 'a',
      project: null,
      status: 'active',
      version: 1,
      name: 'A',
      description: null,
      type: 'document',
      options: {
        document: {
          allowed_types: ['id_card', 'passport'],
          require_id_number: false,
          require_live_capture: false,
          require_matching_selfie: false,
        },
        email: { require_verification: false },
        phone: { require_verification: false },
        matching: { name: 'none', dob: 'none' },
      },
      return_url: null,
      metadata: {},
      protected: false,
      static_link: {
        active: false,
        url: expect.stringMatching(/^https:\/\/verify\.example\.com\/l\/[0-9a-z]{24}$/),
      },
      updated: api.clock.now,
      updated_by: 'ci',
    })
    expect((await api.call('GET', `${FLOWS}/${flow.id}`)).body).toEqual(flow)
    expect((await api.call('GET', `${FLOWS}/a`)).body).toEqual(flow)
  })

  test('takes arrays in all the ways in which clients write them', async () => {
    const api = await served({ implementation })
    for (const [key, types] of [
      ['a', 'options[document][allowed_types][]=passport&options[document][allowed_types][]=id_card'],
      ['b', 'options[document][allowed_types][0]=passport&options[document][allowed_types][1]=id_card'],
      ['c', 'options%5Bdocument%5D%5Ballowed_types%5D%5B%5D=passport&options[document][allowed_types][]=id_card'],
      ['d', 'options[document][allowed_types][7]=passport&options[document][allowed_types][3]=id_card'],
    ] as const) {
      const { body } = await api.call('POST', FLOWS, { body: `key=${key}&name=A&type=document&${types}` })
      expect(body.options?.document.allowed_types).toEqual(['id_card', 'passport'])
    }
  })

  test('is patched: what is not given stays, and what is empty goes back to its default', async () => {
    const api = await served({ implementation })
    const flow = await created(api, {
      description: 'Text',
      return_url: 'https://example.com',
      metadata: { a: '1', b: '2' },
      options: { document: { require_live_capture: true, require_matching_selfie: true } },
    })
    api.clock.now += 5
    const { body } = await api.call('POST', `${FLOWS}/${flow.id}`, {
      body: {
        name: 'B',
        description: '',
        metadata: { a: '', c: '3' },
        options: { document: { require_live_capture: '' } },
        static_link: { active: 'true' },
      },
    })
    expect(body).toMatchObject({
      version: 2,
      name: 'B',
      description: null,
      return_url: 'https://example.com',
      metadata: { b: '2', c: '3' },
      created: flow.created,
      updated: flow.created + 5,
      static_link: { active: true, url: flow.static_link.url },
    })
    expect(body.metadata).not.toHaveProperty('a')
    expect(body.options.document).toMatchObject({ require_live_capture: false, require_matching_selfie: true })
    const emptied = await api.call('POST', `${FLOWS}/a`, { body: { metadata: '', 'options[document]': '' } })
    expect(emptied.body).toMatchObject({ metadata: {}, options: { document: { require_matching_selfie: false } } })
  })

  test('drops the options of a document when it no longer is about one', async () => {
    const api = await served({ implementation })
    await created(api, { options: { document: { require_live_capture: true }, email: { require_verification: true } } })
    const { body } = await api.call('POST', `${FLOWS}/a`, { body: { type: 'id_number' } })
    expect(body.options).not.toHaveProperty('document')
    expect(body.options.email).toEqual({ require_verification: true })
    expect((await api.call('POST', `${FLOWS}/a`, { body: { type: 'document' } })).body.options).toHaveProperty(
      'document',
    )
  })

  test('gets a version with every change, and none when nothing changes', async () => {
    const api = await served({ implementation })
    const { id } = await created(api)
    const states = []
    for (const body of [{ name: 'A' }, { name: 'B' }, { name: 'B' }, { key: 'b' }, {}]) {
      const { version } = (await api.call('POST', `${FLOWS}/${id}`, { body })).body
      const { headers } = await api.call('GET', '/v2/identity/flow_state?project=p')
      states.push([version, headers.get('etag')])
    }
    expect(states.map(([version]) => version)).toEqual([1, 2, 2, 3, 3])
    expect(new Set(states.map(([, etag]) => etag)).size).toBe(3)
  })

  test('tells by its versions what each changed', async () => {
    const api = await served({ implementation })
    await api.call('POST', FLOWS, { body: 'key=a&name=A&type=document' })
    await api.call('POST', `${FLOWS}/a`, {
      body: 'key=b&options[document][allowed_types][]=passport&metadata[team]=risk',
    })
    await api.call('POST', `${FLOWS}/b/archive`)
    await api.call('POST', `${FLOWS}/b/restore`)
    await api.call('POST', `${FLOWS}/b`, { body: 'type=id_number' })
    const changed = async (query: string) =>
      (await api.call('GET', `${FLOWS}/b/versions?${query}`)).body.data.map((one: { changed: string[] }) => one.changed)
    const document = '/options/document'
    const all = [
      [
        '/type',
        `${document}/allowed_types`,
        `${document}/require_id_number`,
        `${document}/require_live_capture`,
        `${document}/require_matching_selfie`,
      ],
      ['/status'],
      ['/status'],
      ['/key', `${document}/allowed_types`, '/metadata/team'],
      [],
    ]
    expect(await changed('')).toEqual(all)
    // At the edge of a page as in its middle.
    expect(await changed('limit=4')).toEqual(all.slice(0, 4))
  })

  test('keeps its versions, newest first, each with what it was and who made it', async () => {
    const api = await served({ implementation })
    const { id } = await created(api)
    await api.call('POST', `${FLOWS}/a`, { body: { name: 'B' } })
    await api.call('POST', `${FLOWS}/a`, { body: { key: 'b' } })
    await api.call('POST', `${FLOWS}/b/archive`)
    const { body } = await api.call('GET', `${FLOWS}/b/versions`)
    expect(body.url).toBe(`${FLOWS}/${id}/versions`)
    const rows = body.data.map(
      (one: { version: number; action: string; key: string; status: string; config: { name: string } }) =>
        `${one.version} ${one.action} ${one.key} ${one.status} ${one.config.name}`,
    )
    expect(rows).toEqual([
      '4 archive b archived B',
      '3 rename b active B',
      '2 update a active B',
      '1 create a active A',
    ])
    expect(body.data[0]).toMatchObject({ object: 'identity.verification_flow_version', id: `${id}:4`, actor: 'ci' })
    const next = await api.call('GET', `${FLOWS}/b/versions?limit=2&starting_after=${body.data[0].id}`)
    expect(next.body.data.map(({ version }: { version: number }) => version)).toEqual([3, 2])
    expect(next.body.has_more).toBe(true)
    for (const cursor of [`${id}:5`, `${id}:0`, `other:1`, `${id}:x`, id]) {
      expect((await api.call('GET', `${FLOWS}/b/versions?ending_before=${cursor}`)).status).toBe(404)
    }
  })

  test('is archived and restored, with the version that is expected only', async () => {
    const api = await served({ implementation })
    await created(api)
    const late = await api.call('POST', `${FLOWS}/a/archive`, { body: { expected_version: 2 } })
    expect(late.status).toBe(412)
    expect(late.body.error).toMatchObject({
      code: 'flow_version_conflict',
      stale: [{ key: 'a', base_version: 2, current_version: 1, updated_by: 'ci' }],
    })
    const archived = await api.call('POST', `${FLOWS}/a/archive`, { body: { expected_version: 1 } })
    expect(archived.body).toMatchObject({ status: 'archived', version: 2 })
    expect((await api.call('POST', `${FLOWS}/a/archive`)).body.version).toBe(2)
    expect((await api.call('POST', `${FLOWS}/a/restore`)).body).toMatchObject({ status: 'active', version: 3 })
  })

  test('never has a key that could be taken for an id', async () => {
    const api = await served({ implementation })
    const key = `vf_${'0a'.repeat(12)}`
    await api.call('POST', FLOWS, { body: { key: 'vf_short', name: 'A', type: 'document' } })
    for (const [path, body] of [
      [FLOWS, { key, name: 'A', type: 'document' }],
      [`${FLOWS}/vf_short`, { key }],
    ] as const) {
      const answer = await api.call('POST', path, { body })
      expect([answer.status, answer.body.error?.code, answer.body.error?.param]).toEqual([400, undefined, 'key'])
    }
    expect((await api.call('GET', FLOWS)).body.data).toMatchObject([{ key: 'vf_short', version: 1 }])
  })

  test('has one static link, which is switched and rotated', async () => {
    const api = await served({ implementation })
    const { static_link } = await created(api)
    expect(static_link.url).toMatch(new RegExp(`^${api.url}/l/`))
    const on = await api.call('POST', `${FLOWS}/a/static_link`, { body: { active: true } })
    expect(on.body).toMatchObject({ version: 2, static_link: { active: true, url: static_link.url } })
    const rotated = await api.call('POST', `${FLOWS}/a/static_link`, { body: { rotate: true } })
    expect(rotated.body).toMatchObject({ version: 3, static_link: { active: true } })
    expect(rotated.body.static_link.url).not.toBe(static_link.url)
    const again = await api.call('POST', `${FLOWS}/a/static_link`, { body: { active: true } })
    expect(again.body).toEqual(rotated.body)
  })

  test('of the other mode cannot be seen, and may have the same key', async () => {
    const api = await served({ implementation })
    const { id } = await created(api)
    const live = { key: api.liveKey }
    expect((await api.call('GET', `${FLOWS}/${id}`, live)).status).toBe(404)
    expect((await api.call('POST', `${FLOWS}/${id}`, { ...live, body: { name: 'X' } })).status).toBe(404)
    expect((await api.call('GET', FLOWS, live)).body.data).toEqual([])
    const other = await api.call('POST', FLOWS, { ...live, body: { key: 'a', name: 'Live', type: 'document' } })
    expect(other.body).toMatchObject({ livemode: true, key: 'a', updated_by: 'live-ci' })
    expect((await api.call('GET', `${FLOWS}/a`)).body.id).toBe(id)
  })

  test('is taken over by a project, and moves to another only when it was let go', async () => {
    const api = await served({ implementation })
    await created(api, { project: 'one' })
    const move = (project: string) => api.call('POST', `${FLOWS}/a`, { body: { project } })
    expect((await move('two')).body.error).toMatchObject({ code: 'flow_of_other_project', param: 'project' })
    expect((await move('')).body.project).toBeNull()
    expect((await move('two')).body.project).toBe('two')
  })
})

describe.each(storeOfTheLane)('the list of flows, on $name', (implementation) => {
  test('is filtered by key, project, status and time, and paged', async () => {
    const api = await served({ implementation })
    const keys = ['a', 'b', 'c', 'd']
    for (const key of keys) {
      await created(api, { key, ...(key < 'c' && { project: 'p' }) })
      api.clock.now += 10
    }
    await api.call('POST', `${FLOWS}/d/archive`)
    const list = async (query: string) => {
      const { body } = await api.call('GET', `${FLOWS}?${query}`)
      return [body.data.map(({ key }: { key: string }) => key).join(''), body.has_more]
    }
    const { created: of } = (await api.call('GET', `${FLOWS}/b`)).body
    expect(await list('')).toEqual(['dcba', false])
    expect(await list('key=b')).toEqual(['b', false])
    expect(await list('project=p')).toEqual(['ba', false])
    expect(await list('status=archived')).toEqual(['d', false])
    expect(await list(`created=${of}`)).toEqual(['b', false])
    expect(await list(`created[gt]=${of}&created%5Blte%5D=${of + 10}`)).toEqual(['c', false])
    expect(await list('limit=2')).toEqual(['dc', true])
  })

  test('by key loses and repeats no other flow when the last one of a page is renamed before the next is asked for', async () => {
    const api = await served({ implementation })
    const ids = new Map<string, string>()
    for (const key of ['a', 'b', 'c', 'd', 'e']) ids.set(key, (await created(api, { key })).id)
    const get = (query: object) => api.call('GET', `${FLOWS}?${new URLSearchParams({ ...query })}`)
    const listFlows = async (query: FlowsQuery = {}) => (await get({ ...query, limit: 2 })).body
    const pages: string[] = []
    for await (const page of flowPages({ listFlows } as RemoteReader)) {
      pages.push(page.map(({ key }) => key).join(''))
      if (pages.length === 1) await api.call('POST', `${FLOWS}/b`, { body: { key: 'y' } })
      if (pages.length === 2) await api.call('POST', `${FLOWS}/d`, { body: { key: '0' } })
    }
    expect(pages).toEqual(['ab', 'cd', 'ey'])
    const list = async (query: object) => {
      const { body } = await get({ order: 'key', ...query })
      return body.data?.map(({ key }: { key: string }) => key).join('') ?? [body.error.code, body.error.param]
    }
    expect(await list({})).toBe('0acey')
    expect(await list({ ending_before: 'd' })).toBe('0ac')
    expect(await list({ starting_after: ids.get('c') })).toBe('ey')
    expect(await list({ ending_before: ids.get('c') })).toBe('0a')
    expect(await list({ starting_after: `vf_${'0'.repeat(24)}` })).toEqual(['resource_missing', 'starting_after'])
    expect(await list({ ending_before: 'No key' })).toEqual(['resource_missing', 'ending_before'])
  })

  test('says under which address it stands', async () => {
    const api = await served({ implementation })
    expect((await api.call('GET', FLOWS)).body).toEqual({ object: 'list', url: FLOWS, has_more: false, data: [] })
  })
})

test.each(storeOfTheLane)(
  'what the project deployed and what others changed since stand side by side in the state, on $name',
  async (implementation) => {
    const api = await served({ implementation })
    await api.service.write(TESTER, (call) => deploy(call, aDeployment([creating('a', { name: 'Git' })])))
    await api.call('POST', `${FLOWS}/a`, { body: { name: 'Dashboard' } })
    const { body } = await api.call('GET', '/v2/identity/flow_state?project=acme-kyc')
    expect(body.flows[0]).toMatchObject({
      version: 2,
      config: { name: 'Dashboard' },
      applied: { name: 'Git' },
      updated_by: 'ci',
    })
  },
)
