import { describe, expect, test } from 'vitest'
import type { Deployment } from '../../src/model/deployment.js'
import type { RemoteReader } from '../../src/remote/remote.js'
import { createFlow, type UpdateFlowParams, updateFlow } from '../../src/service/operations/flows/flows.js'
import { flowsProvider } from '../../src/terraform/provider.js'
import { type ObjectValue, UNKNOWN } from '../../src/terraform/wire/value.js'
import { PROJECT } from '../helpers/builders.js'
import { aWebServer } from '../remote/web-server.js'
import { served } from '../service/serving.js'
import { aServiceSite, filled, planIn, resource, type Site, sites, Terraform, texts } from './providers.js'

const NONE = new Uint8Array()

describe.each(sites)('a flow over $name', ({ open }) => {
  test('is created with every default filled in, and its state says what the service gave it', async () => {
    const terraform = new Terraform(await open())
    const { planned } = await terraform.plan({ key: 'payouts', options: { document: { require_live_capture: true } } })
    expect(planned).toMatchObject({
      key: 'payouts',
      description: null,
      options: {
        document: {
          allowed_types: ['driving_license', 'id_card', 'passport'],
          require_live_capture: true,
          require_matching_selfie: false,
        },
        email: null,
      },
      metadata: {},
      protected: false,
      static_link: { active: false, url: UNKNOWN },
      id: UNKNOWN,
      version: UNKNOWN,
      project: PROJECT,
    })
    const state = await terraform.apply({ key: 'payouts', options: { document: { require_live_capture: true } } })
    expect(state).toMatchObject({ id: expect.stringMatching(/^vf_/), version: 1, project: PROJECT })
    expect(state?.static_link).toEqual({ active: false, url: expect.stringMatching(/\/l\/[0-9a-z]{24}$/) })
    const flow = await retrieve(terraform.site, 'payouts')
    expect(flow).toMatchObject({
      id: state?.id,
      project: PROJECT,
      options: { document: { require_live_capture: true } },
    })
    expect(state?.static_link).toEqual(flow.static_link)
  })

  test('read again and planned again is as it was: no diff', async () => {
    const terraform = new Terraform(await open())
    const given = {
      key: 'payouts',
      description: 'x',
      metadata: { b: '1', a: '2' },
      options: { matching: { dob: 'similar' } },
    }
    const state = await terraform.apply(given)
    const read = await terraform.read(state as ObjectValue)
    expect(read).toEqual(state)
    expect(await terraform.plan(given, read)).toMatchObject({ planned: state, diagnostics: [] })
  })

  test('a changed field is an update in place, one version on, with the same id and link', async () => {
    const terraform = new Terraform(await open())
    const state = await terraform.apply({ key: 'payouts' })
    const changed = { key: 'payouts', name: 'Payouts' }
    const { planned } = await terraform.plan(changed, state)
    expect(planned).toEqual({ ...state, name: 'Payouts', version: UNKNOWN })
    expect(await terraform.apply(changed, state)).toEqual({ ...state, name: 'Payouts', version: 2 })
  })

  test('a changed key renames the flow in place', async () => {
    const terraform = new Terraform(await open())
    const state = await terraform.apply({ key: 'old' })
    expect(await terraform.apply({ key: 'new' }, state)).toEqual({ ...state, key: 'new', version: 2 })
    expect(await actionsOf(terraform.site)).toEqual(['rename new', 'create old'])
  })

  test('destroying archives it; a second destroy is done already; creating it again restores it, with the same id', async () => {
    const terraform = new Terraform(await open())
    const state = await terraform.apply({ key: 'payouts' })
    const planned = await terraform.plan(null, state)
    expect(await terraform.finish(planned)).toBeNull()
    expect(await retrieve(terraform.site, 'payouts')).toMatchObject({ status: 'archived' })
    expect(await terraform.finish(planned)).toBeNull()
    expect(await terraform.read(state as ObjectValue)).toBeNull()

    const again = await terraform.plan({ key: 'payouts', name: 'Back' })
    expect(texts(again.diagnostics)).toEqual([
      expect.stringMatching(/^warning at key: An archived flow with the key "payouts" is restored\. vf_/),
    ])
    expect(await terraform.finish(again)).toMatchObject({ id: state?.id, name: 'Back', version: 3 })
    expect(await actionsOf(terraform.site)).toEqual(['restore payouts', 'archive payouts', 'create payouts'])
  })

  test('a block that is not written stays away while all in it is default, and drift from that shows', async () => {
    const terraform = new Terraform(await open())
    const state = await terraform.apply({ key: 'payouts' })
    expect(state).toMatchObject({ options: null })
    await edit(terraform.site, 'payouts', { options: { email: { require_verification: true } } })
    const read = await terraform.read(state as ObjectValue)
    expect(read).toMatchObject({
      version: 2,
      options: { document: null, email: { require_verification: true }, phone: null },
    })
    const { planned, diagnostics } = await terraform.plan({ key: 'payouts' }, read)
    expect(planned).toMatchObject({ options: null, version: UNKNOWN })
    expect(texts(diagnostics)).toEqual([
      expect.stringMatching(
        /^warning at options.email.require_verification: "payouts" was edited outside Terraform. Last written by somebody, 20.* \(version 2\)\. .*: options\.email\.require_verification\.$/,
      ),
      expect.stringContaining('This weakens the verification'),
    ])
    expect(await terraform.apply({ key: 'payouts' }, read)).toMatchObject({ options: null, version: 3 })
  })

  test('a block of defaults that is written out later changes the state and nothing else', async () => {
    const terraform = new Terraform(await open())
    const state = await terraform.apply({ key: 'payouts' })
    const given = { key: 'payouts', options: { email: { require_verification: false } } }
    const { planned } = await terraform.plan(given, state)
    expect(planned).toMatchObject({ version: 1, options: { email: { require_verification: false } } })
    const after = await terraform.apply(given, state)
    expect(after).toEqual(planned)
    expect(await terraform.read(after as ObjectValue)).toEqual(after)
    expect(await actionsOf(terraform.site)).toEqual(['create payouts'])
  })

  test('what is not known yet is planned as unknown, wherever it stands', async () => {
    const terraform = new Terraform(await open())
    const unknowns = {
      key: UNKNOWN,
      name: UNKNOWN,
      metadata: { team: UNKNOWN },
      static_link: { active: UNKNOWN },
      options: { document: { allowed_types: ['passport', UNKNOWN] }, email: UNKNOWN },
    }
    const { planned, diagnostics } = await terraform.plan(unknowns)
    expect(diagnostics).toEqual([])
    expect(planned).toMatchObject({
      key: UNKNOWN,
      name: UNKNOWN,
      metadata: { team: UNKNOWN },
      static_link: { active: UNKNOWN, url: UNKNOWN },
      options: { document: { allowed_types: ['passport', UNKNOWN], require_live_capture: false }, email: UNKNOWN },
    })
    const state = await terraform.apply({ key: 'payouts' })
    expect((await terraform.plan({ key: 'payouts', static_link: UNKNOWN }, state)).planned).toMatchObject({
      static_link: UNKNOWN,
      version: UNKNOWN,
    })
  })

  test('an edit between plan and apply is never overwritten: the plan is refused, and says who wrote', async () => {
    const terraform = new Terraform(await open())
    const state = await terraform.apply({ key: 'payouts' })
    const planned = await terraform.plan({ key: 'payouts', name: 'Payouts' }, state)
    const gone = await terraform.plan(null, state)
    await edit(terraform.site, 'payouts', { description: 'by hand' })
    const refusal =
      /The flow "payouts" was changed since this was planned.*planned on version 1; last written by \w+, 20.*\(version 2\)/
    await expect(terraform.finish(planned)).rejects.toThrow(refusal)
    await expect(terraform.finish(gone)).rejects.toThrow(refusal)
    expect(await retrieve(terraform.site, 'payouts')).toMatchObject({
      description: 'by hand',
      name: 'Flow',
      status: 'active',
    })
  })

  test('a flow of another project is refused at its key, and never read as one of ours', async () => {
    const site = await open()
    const state = await new Terraform(site, 'others').apply({ key: 'theirs' })
    const terraform = new Terraform(site)
    const refusal = /error at key: The project "others" manages the flow "theirs"/
    expect(texts((await terraform.plan({ key: 'theirs' })).diagnostics)).toEqual([expect.stringMatching(refusal)])
    await expect(terraform.import('theirs')).rejects.toThrow('The project "others" manages the flow "theirs"')
    // It moved there after this state was written.
    const read = await terraform.read({ ...state, project: PROJECT } as ObjectValue)
    expect(read).toMatchObject({ project: 'others' })
    expect(texts((await terraform.plan({ key: 'theirs' }, read)).diagnostics)).toEqual([expect.stringMatching(refusal)])
    expect(texts((await terraform.plan(null, read)).diagnostics)).toEqual([expect.stringMatching(refusal)])
    await expect(terraform.finish({ prior: read, planned: null, config: null, diagnostics: [] })).rejects.toThrow(
      refusal,
    )
  })

  test('a flow of this project that the state does not know is not taken: the error shows the import block', async () => {
    const terraform = new Terraform(await open())
    await make(terraform.site, 'payouts', PROJECT)
    const { diagnostics } = await terraform.plan({ key: 'payouts' })
    expect(texts(diagnostics)).toEqual([
      expect.stringMatching(
        /error at key: A flow with the key "payouts" exists already\. It is vf_\w+ of this project, last written by /,
      ),
    ])
    expect(diagnostics[0]?.detail).toContain(
      '\n\n  import {\n    to = flows_verification_flow.NAME\n    id = "payouts"\n  }\n',
    )
    expect(diagnostics[0]?.detail).toContain('If flows apply made it, flows synth --import writes the import blocks')
    expect(await terraform.import('payouts')).toMatchObject({ key: 'payouts', project: PROJECT, options: null })
  })

  test('a flow that nobody manages is taken over by importing it: apply adopts it in a deployment', async () => {
    const terraform = new Terraform(await open())
    await make(terraform.site, 'payouts', null)
    expect(texts((await terraform.plan({ key: 'payouts' })).diagnostics)).toEqual([
      expect.stringMatching(
        /error at key: A flow with the key "payouts" exists already\. It is vf_\w+, and nobody manages it\.(?!.*synth --import)/s,
      ),
    ])
    const state = await terraform.import('payouts')
    expect(state).toMatchObject({ project: null })
    const { planned } = await terraform.plan({ key: 'payouts' }, state)
    expect(planned).toMatchObject({ project: PROJECT, version: UNKNOWN })
    expect(await terraform.apply({ key: 'payouts' }, state)).toMatchObject({ project: PROJECT, version: 2 })
    expect(await actionsOf(terraform.site)).toEqual(['adopt payouts'])
  })

  test('destroying what was imported and never adopted leaves the flow as it is, and says so', async () => {
    const terraform = new Terraform(await open())
    await make(terraform.site, 'payouts', null)
    const state = await terraform.import('payouts')
    const planned = await terraform.plan(null, state)
    expect(texts(planned.diagnostics)).toEqual([
      expect.stringContaining('warning at : The flow "payouts" is left as it is'),
    ])
    expect(await terraform.finish(planned)).toBeNull()
    expect(await retrieve(terraform.site, 'payouts')).toMatchObject({ status: 'active', version: 1 })
  })

  test('two resources with one key, or with one flow, are refused', async () => {
    const terraform = new Terraform(await open())
    const state = await terraform.apply({ key: 'payouts' })
    const provider = await terraform.process()
    expect((await planIn(provider, { key: 'twice' })).diagnostics).toEqual([])
    expect(texts((await planIn(provider, { key: 'twice' })).diagnostics)).toEqual([
      expect.stringContaining('error at key: The key "twice" is planned twice'),
    ])
    // A resource that got another name without a moved block: one is new, the other goes, in any order.
    const moved = 'error at key: This state has the flow "payouts" already'
    expect((await planIn(provider, null, state)).diagnostics).toEqual([])
    expect(texts((await planIn(provider, { key: 'payouts' })).diagnostics)).toEqual([expect.stringContaining(moved)])
    const other = await terraform.process()
    expect(texts((await planIn(other, { key: 'payouts' })).diagnostics)).toEqual([
      expect.stringMatching(/^error at key: A flow with the key "payouts" exists already.*write a moved block/s),
    ])
    expect(texts((await planIn(other, null, state)).diagnostics)).toEqual([expect.stringContaining(moved)])
  })

  test('a flow that the state has is not made anew, as tainted resources are, whoever wrote it last', async () => {
    const terraform = new Terraform(await open())
    const state = await terraform.apply({ key: 'payouts' })
    await edit(terraform.site, 'payouts', { description: 'by hand' })
    const provider = await terraform.process()
    await resource(provider).read(state as ObjectValue, NONE)
    expect(texts((await planIn(provider, { key: 'payouts' })).diagnostics)).toEqual([
      expect.stringMatching(/^error at key: This state has the flow "payouts" already.*terraform untaint/),
    ])
  })

  test('while the provider is not configured, as its block holds what is not known yet, nothing is asked or changed', async () => {
    const terraform = new Terraform(await open())
    const state = await terraform.apply({ key: 'payouts' })
    const provider = flowsProvider({ env: {}, cwd: terraform.site.cwd, source: async () => null })
    const config = filled(provider.schema, { project: PROJECT, api: UNKNOWN })
    expect(await provider.configure(config, '1.11.4')).toEqual([])
    expect((await resource(provider).read(state as ObjectValue, NONE)).result?.state).toEqual(state)
    expect((await planIn(provider, { key: 'payouts' }, state)).planned).toEqual(state)
    expect((await planIn(provider, { key: 'new' })).planned).toMatchObject({ project: UNKNOWN, id: UNKNOWN })
    expect(texts((await resource(provider).import('payouts')).diagnostics)).toEqual([
      expect.stringContaining('The provider is not configured yet'),
    ])
  })

  test('a rename to a key that another flow has is refused, whoever has it', async () => {
    const terraform = new Terraform(await open())
    const state = await terraform.apply({ key: 'a' })
    const other = await terraform.apply({ key: 'b' })
    expect(texts((await terraform.plan({ key: 'b' }, state)).diagnostics)).toEqual([
      expect.stringContaining('error at key: Another flow has the key "b"'),
    ])
    await terraform.apply(null, other)
    expect(texts((await terraform.plan({ key: 'b' }, state)).diagnostics)).toEqual([
      expect.stringContaining('error at key: An archived flow has the key "b"'),
    ])
  })

  test('a key that somebody took between plan and apply is not taken back', async () => {
    const terraform = new Terraform(await open())
    const state = await terraform.apply({ key: 'a' })
    const renamed = await terraform.plan({ key: 'b' }, state)
    const made = await terraform.plan({ key: 'c' })
    for (const key of ['b', 'c']) await make(terraform.site, key, null)
    await expect(terraform.finish(renamed)).rejects.toThrow('error at key: Another flow has the key "b"')
    await expect(terraform.finish(made)).rejects.toThrow('error at key: A flow with the key "c" exists already')
    expect(await actionsOf(terraform.site)).toEqual(['create a'])
    // Within one process, what was observed is older than that.
    const provider = await terraform.process()
    const plan = await planIn(provider, { key: 'd' })
    await make(terraform.site, 'd', null)
    const { result, diagnostics } = await resource(provider).apply({ ...plan, memory: NONE })
    expect(result.state).toBeNull()
    expect(texts(diagnostics)).toEqual([
      expect.stringMatching(/The flow "d" was changed since this was planned.*None had this key/),
    ])
  })

  test('a weakened verification is planned with a warning at the field that weakens it', async () => {
    const terraform = new Terraform(await open())
    const given = (options: object) => ({ key: 'payouts', options: { document: options } })
    const state = await terraform.apply(given({ require_matching_selfie: true }))
    const { diagnostics } = await terraform.plan(given({ require_matching_selfie: false }), state)
    expect(texts(diagnostics)).toEqual([
      'warning at options.document.require_matching_selfie: This weakens the verification of "payouts". Selfie check switched off.',
    ])
    const mixed = await terraform.plan(given({ require_matching_selfie: false, require_live_capture: true }), state)
    expect(texts(mixed.diagnostics)).toEqual([
      expect.stringContaining('does not make up for that: live capture switched on'),
    ])
  })

  test('what breaks callers and opens a link is planned with a warning', async () => {
    const terraform = new Terraform(await open())
    const state = await terraform.apply({ key: 'payouts' })
    const writer = await terraform.site.remote.writer()
    await writer.createSession({ verification_flow: 'payouts' })
    await writer.close()
    expect(texts((await terraform.plan({ key: 'new', static_link: { active: true } }, state)).diagnostics)).toEqual([
      expect.stringContaining('warning at static_link: This switches on the static link of "new"'),
      expect.stringMatching(
        /^warning at key: This breaks callers of "new"\. Callers that name the key "payouts" will be refused.*It had 1 session/,
      ),
    ])
    expect(texts((await terraform.plan(null, state)).diagnostics)).toEqual([
      expect.stringMatching(
        /^warning at : This breaks callers of "payouts"\. New sessions from this flow will be refused/,
      ),
    ])
  })

  test('a protected flow is neither destroyed nor weakened until it is unprotected in an apply of its own', async () => {
    const terraform = new Terraform(await open())
    const given = (selfie: boolean, isProtected: boolean) => ({
      key: 'payouts',
      protected: isProtected,
      options: { document: { require_matching_selfie: selfie } },
    })
    const state = await terraform.apply(given(true, true))
    const refusal = 'error at protected: The flow "payouts" is protected'
    for (const wish of [null, given(false, true), given(false, false)]) {
      const planned = await terraform.plan(wish, state)
      expect(texts(planned.diagnostics)).toEqual([expect.stringContaining(refusal)])
      expect(planned.diagnostics[0]?.detail).toContain('set protected = false and apply that first')
      // Apply is no way round it.
      await expect(terraform.finish(planned)).rejects.toThrow(refusal)
    }
    const open_ = await terraform.apply(given(true, false), state)
    expect((await deploymentsOf(terraform.site))[0]?.allowed).toEqual(['protected=payouts'])
    expect(await terraform.apply(given(false, false), open_)).toMatchObject({ version: 3 })
    expect(await terraform.apply(null, open_)).toBeNull()
  })

  test('many at once are written as one deployment', async () => {
    const terraform = new Terraform(await open())
    const provider = await terraform.process()
    const keys = Array.from({ length: 10 }, (_, index) => `flow-${index}`)
    const plans = await Promise.all(keys.map((key) => planIn(provider, { key })))
    const results = await Promise.all(plans.map((plan) => resource(provider).apply({ ...plan, memory: NONE })))
    expect(results.flatMap(({ diagnostics }) => diagnostics)).toEqual([])
    expect(results.map(({ result }) => result.state?.key)).toEqual(keys)
    for (const { result } of results) {
      const { static_link } = await retrieve(terraform.site, String(result.state?.key))
      expect(result.state?.static_link).toEqual(static_link)
    }
    const deployments = await deploymentsOf(terraform.site)
    expect(deployments.map(({ summary }) => summary.create)).toEqual([10])
    expect(deployments[0]?.run_id).toMatch(/^terraform-[0-9a-f]{16}-/)
  })

  test('where one of many was edited meanwhile, it alone is refused', async () => {
    const terraform = new Terraform(await open())
    const states = []
    for (const key of ['a', 'b', 'c']) states.push(await terraform.apply({ key }))
    const provider = await terraform.process()
    const plans = await Promise.all(
      states.map((state) => planIn(provider, { key: String(state?.key), name: 'New' }, state)),
    )
    await edit(terraform.site, 'b', { description: 'by hand' })
    const results = await Promise.all(plans.map((plan) => resource(provider).apply({ ...plan, memory: NONE })))
    expect(results.map(({ diagnostics }) => texts(diagnostics).join())).toEqual([
      '',
      expect.stringContaining('The flow "b" was changed since this was planned'),
      '',
    ])
    expect(results.map(({ result }) => result.state?.version)).toEqual([2, 1, 2])
    expect(await retrieve(terraform.site, 'b')).toMatchObject({ name: 'Flow', description: 'by hand' })
  })

  test('what an apply that was cut short left behind is taken over by the next one, and nothing is doubled', async () => {
    const terraform = new Terraform(await open())
    const first = await terraform.plan({ key: 'payouts' })
    const lost = await terraform.cutShort(first)
    // Terraform never wrote the state. With the same configuration, and with another one:
    const again = await terraform.plan({ key: 'payouts' })
    expect(texts(again.diagnostics)).toEqual([
      expect.stringContaining('warning at key: A flow with the key "payouts" is there already and taken over'),
    ])
    expect(await terraform.finish(again)).toEqual(lost)
    expect(await actionsOf(terraform.site)).toEqual(['create payouts'])
    const other = await terraform.plan({ key: 'refunds' })
    const made = await terraform.cutShort(other)
    expect(await terraform.apply({ key: 'refunds', name: 'Changed' })).toMatchObject({ id: made?.id, version: 2 })
    expect(await actionsOf(terraform.site)).toEqual(['update refunds', 'create refunds', 'create payouts'])
  })

  test('what Terraform knows of was not left behind: no second resource gets it, whatever looks like a lost state', async () => {
    const terraform = new Terraform(await open())
    await terraform.apply({ key: 'payouts' })
    await expect(terraform.apply({ key: 'payouts' })).rejects.toThrow('exists already')
    // Nor after an apply that was cut short and mended.
    await terraform.cutShort(await terraform.plan({ key: 'refunds' }))
    await terraform.apply({ key: 'refunds' })
    await expect(terraform.apply({ key: 'refunds' })).rejects.toThrow('exists already')
  })

  test('what was left behind and edited since is not taken over, nor is what another state made', async () => {
    const site = await open()
    const terraform = new Terraform(site)
    await terraform.cutShort(await terraform.plan({ key: 'payouts' }))
    const elsewhere = new Terraform({
      ...site,
      cwd: `${site.cwd}/elsewhere`,
      block: { store: `${site.cwd}/.flows/store.sqlite`, ...site.block },
    })
    if (site.block.api !== undefined) delete (elsewhere.site.block as { store?: unknown }).store
    await expect(elsewhere.apply({ key: 'payouts' })).rejects.toThrow('exists already')
    await edit(site, 'payouts', { description: 'by hand' })
    await expect(terraform.apply({ key: 'payouts' })).rejects.toThrow('exists already')
  })

  test('an update whose answer was lost is done: its plan applied again writes nothing', async () => {
    const terraform = new Terraform(await open())
    const state = await terraform.apply({ key: 'payouts' })
    const planned = await terraform.plan({ key: 'payouts', name: 'Payouts' }, state)
    const once = await terraform.finish(planned)
    expect(await terraform.finish(planned)).toEqual(once)
    expect(await actionsOf(terraform.site)).toEqual(['update payouts', 'create payouts'])
  })

  test('is imported by key and by id, and writing nothing', async () => {
    const terraform = new Terraform(await open())
    const given = { key: 'payouts', options: { document: { require_live_capture: true } } }
    const state = await terraform.apply(given)
    const byKey = await terraform.import('payouts')
    expect(byKey).toEqual(state)
    expect(await terraform.import(String(state?.id))).toEqual(byKey)
    await expect(terraform.import('nothing')).rejects.toThrow('No flow has the key "nothing"')
    await expect(terraform.import('vf_0mfz1k2a9c4d8e7f6g5h4j3k')).rejects.toThrow('No flow has the id "vf_')
    await terraform.apply(null, state)
    await expect(terraform.import('payouts')).rejects.toThrow('The flow "payouts" is archived')
    expect((await deploymentsOf(terraform.site)).length).toBe(2)
  })

  test('once Terraform is stopped nothing more is begun', async () => {
    const terraform = new Terraform(await open())
    const provider = await terraform.process()
    const plan = await planIn(provider, { key: 'payouts' })
    provider.stop()
    const { result, diagnostics } = await resource(provider).apply({ ...plan, memory: NONE })
    expect(result.state).toBeNull()
    expect(texts(diagnostics)).toEqual([expect.stringContaining('Interrupted')])
    expect(await deploymentsOf(terraform.site)).toEqual([])
  })
})

test('of a service that does not tell links in its state, each is asked for', async () => {
  const service = await served()
  const old = await aWebServer(async (request, response) => {
    const headers = { authorization: `Bearer ${service.key}` }
    const answer = await (await fetch(service.url + request.url, { headers })).text()
    response.setHeader('etag', '"x"').end(answer.replaceAll(/"static_link_url":"[^"]*",/g, ''))
  })
  const state = await new Terraform(aServiceSite(service)).apply({ key: 'payouts' })
  const terraform = new Terraform({ ...aServiceSite(service), block: { api: old.url, api_key: service.key } })
  expect(await terraform.read({ ...state, static_link: null } as ObjectValue)).toEqual(state)
  expect(old.requests.map((one) => one.replace(String(state?.id), ':id'))).toEqual([
    `GET /v2/identity/flow_state?project=${PROJECT}`,
    'GET /v1/identity/verification_flows/:id',
  ])
})

async function reading<T>({ remote }: Site, use: (reader: RemoteReader) => Promise<T>): Promise<T> {
  const reader = await remote.reader()
  return use(reader).finally(() => reader.close())
}

function retrieve(site: Site, key: string) {
  return reading(site, (reader) => reader.retrieveFlow(key))
}

async function deploymentsOf(site: Site) {
  return (await reading(site, (reader) => reader.listDeployments({ limit: 100 }))).data
}

/** Newest first: "update payouts". */
async function actionsOf(site: Site): Promise<string[]> {
  return reading(site, async (reader) => {
    const { data } = await reader.listDeployments({ limit: 100 })
    const whole: Deployment[] = await Promise.all(data.map(({ id }) => reader.retrieveDeployment(id)))
    return whole.flatMap(({ changes }) => changes.map(({ action, key }) => `${action} ${key}`))
  })
}

function edit(site: Site, key: string, params: UpdateFlowParams) {
  return site.write((call) => updateFlow(call, key, params))
}

function make(site: Site, key: string, project: string | null) {
  return site.write((call) => createFlow(call, { key, project, name: 'Flow', type: 'document' }))
}
