import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { DEFAULT_RATE_LIMIT } from '../../src/service/http/server.js'
import { archiveFlow, createFlow, updateFlow } from '../../src/service/operations/flows/flows.js'
import { flowsProvider } from '../../src/terraform/provider.js'
import { PROJECT } from '../helpers/builders.js'
import { ended } from '../helpers/cli.js'
import { aWebServer } from '../remote/web-server.js'
import { aDeployment, creating } from '../service/deployment-requests.js'
import { served } from '../service/serving.js'
import { postgres } from '../store/stores.js'
import { attached, type Workspace, type WorkspaceOptions } from './harness.js'
import { aServiceSite, FLOW, type Site, sites } from './providers.js'

const A = `${FLOW}.a`

const everywhere = [
  ...sites.slice(0, 1),
  {
    name: 'a service over PostgreSQL',
    open: async (): Promise<Site> => aServiceSite(await served({ implementation: postgres })),
  },
]

describe.each(everywhere)('the real Terraform over $name', ({ open }) => {
  test('makes a flow, finds nothing more to do, changes it, takes drift back, renames, destroys and restores it', async () => {
    const site = await open()
    const terraform = aWorkspace(site, flow('payouts', 'description = "Payouts"'))
    await terraform.succeeds('apply', '-auto-approve')
    const { id } = terraform.state()[A] ?? {}
    await isUpToDate(terraform)

    terraform.write(flow('payouts', 'options {\n document {\n require_live_capture = true\n}\n}'))
    expect((await terraform.terraform('plan', '-detailed-exitcode')).code).toBe(2)
    expect(await terraform.succeeds('apply', '-auto-approve')).toContain('0 added, 1 changed, 0 destroyed')
    await isUpToDate(terraform)

    await site.write((call) => updateFlow(call, 'payouts', { options: { document: { require_live_capture: false } } }))
    const plan = await terraform.succeeds('plan')
    expect(plan).toContain('Warning: "payouts" was edited outside Terraform')
    expect(plan).toContain('~ require_live_capture    = false -> true')
    await terraform.succeeds('apply', '-auto-approve')
    await isUpToDate(terraform)

    terraform.write(flow('payouts-eu', 'options {\n document {\n require_live_capture = true\n}\n}'))
    expect(await terraform.succeeds('apply', '-auto-approve')).toContain('0 added, 1 changed, 0 destroyed')
    expect(terraform.state()[A]).toMatchObject({ id, key: 'payouts-eu', version: 5 })
    await isUpToDate(terraform)

    expect(await terraform.succeeds('destroy', '-auto-approve')).toContain('1 destroyed')
    expect(await terraform.succeeds('apply', '-auto-approve')).toContain('is restored')
    expect(terraform.state()[A]).toMatchObject({ id, version: 7 })
    await isUpToDate(terraform)
    // Archived by somebody else, it is gone, and made again.
    await site.write((call) => archiveFlow(call, 'payouts-eu'))
    expect(await terraform.succeeds('apply', '-auto-approve')).toContain('1 added, 0 changed')
    expect(terraform.state()[A]).toMatchObject({ id, version: 9 })
  })

  test('an order of its own in sets and metadata makes no diff', async () => {
    const terraform = aWorkspace(
      await open(),
      flow(
        'a',
        'metadata = { b = "1", a = "2" }\noptions {\n document {\n allowed_types = ["passport", "id_card", "passport"]\n}\n}',
      ),
    )
    await terraform.succeeds('apply', '-auto-approve')
    terraform.write(
      flow(
        'a',
        'metadata = { a = "2", b = "1" }\noptions {\n document {\n allowed_types = ["id_card", "passport"]\n}\n}',
      ),
    )
    await isUpToDate(terraform)
  })

  test('imports a flow by command and by block, with the configuration written for it', async () => {
    const site = await open()
    await site.write(async (call) => {
      await createFlow(call, {
        key: 'managed',
        project: PROJECT,
        name: 'Managed',
        type: 'id_number',
        metadata: { a: '1' },
      })
      await createFlow(call, {
        key: 'unmanaged',
        name: 'Unmanaged',
        type: 'document',
        options: { document: { require_live_capture: true }, phone: { require_verification: true } },
        static_link: { active: true },
      })
    })
    const terraform = aWorkspace(
      site,
      `import {\n  to = ${FLOW}.managed\n  id = "managed"\n}\nimport {\n  to = ${FLOW}.unmanaged\n  id = "unmanaged"\n}\n`,
    )
    const plan = await terraform.succeeds('plan', '-generate-config-out=generated.tf')
    // The one that nobody manages is adopted.
    expect(plan).toContain('Plan: 2 to import, 0 to add, 1 to change, 0 to destroy.')
    expect(plan).toContain('+ project     = "acme-kyc"')
    const generated = readFileSync(join(terraform.folder, 'generated.tf'), 'utf8')
    expect(generated).toContain(GENERATED)
    expect(generated).not.toMatch(/options \{\s*\}|email|\bmatching\b|\burl\b/)
    await terraform.succeeds('apply', '-auto-approve')
    await isUpToDate(terraform)

    const other = aWorkspace(site, flow('managed', 'type = "id_number"\nmetadata = { a = "1" }', 'Managed'))
    await other.succeeds('import', A, 'managed')
    await isUpToDate(other)
    other.write(flow('nothing'))
    await other.succeeds('state', 'rm', A)
    const { code, stderr } = await other.terraform('import', A, 'nothing')
    expect(code).toBe(1)
    expect(stderr).toContain('No flow has the key "nothing"')
  })

  test('a resource gets another name by a moved block, and is never made anew', async () => {
    const site = await open()
    const terraform = aWorkspace(site, flow('payouts'))
    await terraform.succeeds('apply', '-auto-approve')
    const { id } = terraform.state()[A] ?? {}
    const renamed = flow('payouts').replace('"a"', '"b"')
    const refused = async (...args: readonly string[]) => {
      const { code, stderr } = await terraform.terraform(...args)
      expect(code).toBe(1)
      return stderr
    }
    terraform.write(renamed)
    expect(await refused('apply', '-auto-approve')).toContain('This state has the flow "payouts" already')
    terraform.write(`${renamed}moved {\n  from = ${A}\n  to   = ${FLOW}.b\n}\n`)
    await terraform.succeeds('apply', '-auto-approve')
    expect(terraform.state()).toEqual({ [`${FLOW}.b`]: expect.objectContaining({ id, version: 1 }) })
    terraform.write(renamed)
    await isUpToDate(terraform)
    expect(await refused('plan', `-replace=${FLOW}.b`)).toContain('The key "payouts" is planned twice')
    await terraform.succeeds('taint', `${FLOW}.b`)
    expect(await refused('plan')).toContain('This state has the flow "payouts" already')
    await terraform.succeeds('untaint', `${FLOW}.b`)
    await isUpToDate(terraform)
    terraform.write(`${renamed}${flow('payouts')}`)
    expect(await refused('plan')).toContain('The key "payouts" is planned twice')
  })

  test('a flow that another project has got meanwhile is neither changed nor archived, but can be left to it', async () => {
    const site = await open()
    const terraform = aWorkspace(site, flow('payouts'))
    await terraform.succeeds('apply', '-auto-approve')
    await site.write((call) => updateFlow(call, 'payouts', { project: null }))
    await site.write((call) => updateFlow(call, 'payouts', { project: 'others' }))
    const theirs = 'The project "others" manages the flow "payouts"'
    expect((await terraform.terraform('plan')).stderr).toContain(theirs)
    expect((await terraform.terraform('destroy', '-auto-approve')).stderr).toContain(theirs)
    terraform.write(`removed {\n  from = ${A}\n  lifecycle { destroy = false }\n}\n`)
    await terraform.succeeds('apply', '-auto-approve')
    expect(terraform.state()).toEqual({})
    const reader = await site.remote.reader()
    expect(await reader.retrieveFlow('payouts')).toMatchObject({ project: 'others', status: 'active' })
    await reader.close()
  })

  test('a saved plan is refused where the flow was edited since, and applied where it was not', async () => {
    const site = await open()
    const terraform = aWorkspace(site, flow('payouts'))
    await terraform.succeeds('apply', '-auto-approve')
    terraform.write(flow('payouts', 'description = "planned"'))
    await terraform.succeeds('plan', '-out=plan')
    await site.write((call) => updateFlow(call, 'payouts', { metadata: { by: 'hand' } }))
    const { code, stderr } = await terraform.terraform('apply', 'plan')
    expect(code).toBe(1)
    expect(stderr).toMatch(/The flow "payouts" was changed since this was planned/)
    expect(stderr.replaceAll(/\s+/g, ' ')).toMatch(/planned on version 1; last written by somebody, 20.* \(version 2\)/)
    await terraform.succeeds('plan', '-out=plan')
    await terraform.succeeds('apply', 'plan')
    await isUpToDate(terraform)
  })

  test('a hundred flows are written in about as many deployments as Terraform has turns', async () => {
    const site = await open()
    const terraform = aWorkspace(site, many(100))
    expect(await terraform.succeeds('apply', '-auto-approve', '-parallelism=10')).toContain('100 added')
    const reader = await site.remote.reader()
    const made = (await reader.listDeployments({ limit: 100 })).data
    expect(made.reduce((sum, { summary }) => sum + summary.create, 0)).toBe(100)
    // Ten at a time, were every turn to begin at once.
    expect(made.length).toBeGreaterThanOrEqual(10)
    expect(made.length).toBeLessThanOrEqual(40)
    await reader.close()
    await isUpToDate(terraform)
    expect(await terraform.succeeds('destroy', '-auto-approve')).toContain('100 destroyed')
  })

  test('runs "terraform test", and leaves nothing behind but archived flows', async () => {
    const site = await open()
    const terraform = aWorkspace(
      site,
      `variable "selfie" { default = true }\n${flow('payouts', 'options {\n document {\n require_matching_selfie = var.selfie\n}\n}')}`,
    )
    terraform.write(
      `run "made" {\n  assert {\n    condition     = ${A}.options.document.require_matching_selfie && ${A}.version == 1\n    error_message = "no selfie"\n  }\n}\nrun "planned" {\n  command = plan\n  variables { selfie = false }\n  assert {\n    condition     = !${A}.options.document.require_matching_selfie && ${A}.key == "payouts"\n    error_message = "selfie"\n  }\n}\n`,
      'flows.tftest.hcl',
    )
    const { code, stdout } = await terraform.terraform('test')
    expect(stdout).toContain('Success! 2 passed, 0 failed.')
    expect(code).toBe(0)
    const reader = await site.remote.reader()
    expect((await reader.listFlows()).data.map(({ key, status }) => [key, status])).toEqual([['payouts', 'archived']])
    await reader.close()
  })
})

/** What differs from the defaults in blocks, and no block of defaults. */
const GENERATED = `resource "${FLOW}" "unmanaged" {
  description = null
  key         = "unmanaged"
  metadata    = {}
  name        = "Unmanaged"
  protected   = false
  return_url  = null
  static_link = {
    active = true
  }
  stripe_flow = null
  type        = "document"
  options {
    document {
      allowed_types           = ["driving_license", "id_card", "passport"]
      require_id_number       = false
      require_live_capture    = true
      require_matching_selfie = false
    }
    phone {
      require_verification = true
    }
  }
}
`

test('a plan of a thousand flows asks the service once', async () => {
  const service = await served()
  const site = aServiceSite(service)
  const writer = await site.remote.writer()
  const keys = Array.from({ length: 1000 }, (_, index) => `flow-${index}`)
  await writer.deploy(aDeployment(keys.map((key) => creating(key, { name: key }))))
  await writer.close()
  const terraform = aWorkspace(site, many(1000))
  const reader = await site.remote.reader()
  const { flows } = await reader.state(PROJECT)
  terraform.write(stateFile(flows.map(({ id, key }) => ({ id, key }))), 'terraform.tfstate')
  await reader.close()
  const begun = service.log.length
  const { code, stdout } = await terraform.terraform('plan', '-detailed-exitcode')
  expect(stdout).toContain('No changes.')
  expect(code).toBe(0)
  const asked = service.log.slice(begun)
  expect(asked.map(({ method, route }) => `${method} ${route}`)).toEqual(['GET /v2/identity/flow_state'])
})

test('a hundred and fifty flows that a lost state does not know are each told as that, within the limit of the service', async () => {
  const now = () => Math.floor(Date.now() / 1000)
  const service = await served({ now, rateLimit: DEFAULT_RATE_LIMIT })
  const site = aServiceSite(service)
  const writer = await site.remote.writer()
  const keys = Array.from({ length: 150 }, (_, index) => `flow-${index}`)
  await writer.deploy(aDeployment(keys.map((key) => creating(key, { name: key }))))
  await writer.close()
  const begun = service.log.length
  const { code, stderr } = await aWorkspace(site, many(150)).terraform('plan')
  expect(code).toBe(1)
  const errors = stderr.match(/Error: .*/g) ?? []
  expect(errors.filter((error) => !/^Error: A flow with the key "flow-\d+" exists already/.test(error))).toEqual([])
  expect(errors).toHaveLength(150)
  const asked = service.log.slice(begun).filter(({ status }) => status === 200)
  expect(asked.filter(({ route }) => route === '/v2/identity/flow_deployments').length).toBeLessThanOrEqual(1)
})

test('Ctrl-C ends a plan at once where the service takes connections and answers nothing', async () => {
  let isAsked = false
  const { url } = await aWebServer(() => {
    isAsked = true
  })
  const site = { ...aServiceSite({ ...(await served()), url }), block: { api: url, api_key: 'sk_test_any0123456789' } }
  const child = await aWorkspace(site, flow('payouts')).start('plan')
  const run = ended(child)
  await expect.poll(() => isAsked, { timeout: 200_000 }).toBe(true)
  // The service never answers: what ends it is this.
  process.kill(-Number(child.pid), 'SIGINT')
  const { code, stderr } = await run
  expect(code).toBe(1)
  expect(stderr).toContain('Interrupted')
})

async function isUpToDate(terraform: Workspace): Promise<void> {
  const { code, stdout, stderr } = await terraform.terraform('plan', '-detailed-exitcode')
  expect(`${stdout}${stderr}`).toContain('No changes.')
  expect(code).toBe(0)
}

function aWorkspace(site: Site, config: string, options: WorkspaceOptions = {}): Workspace {
  const { api, api_key } = site.block
  const where = typeof api === 'string' ? `api = "${api}"` : `store = "${site.cwd}/.flows/store.sqlite"`
  const workspace: Workspace = attached(
    () =>
      flowsProvider({
        env: { ...(typeof api_key === 'string' && { FLOWS_API_KEY: api_key }) },
        cwd: workspace.folder,
        source: async () => null,
      }),
    { config, ...options },
  )
  workspace.write(`provider "flows" {\n  project = "${PROJECT}"\n  ${where}\n}\n`, 'provider.tf')
  return workspace
}

function flow(key: string, body = '', name = 'Flow'): string {
  const type = body.includes('type =') && /^type =/m.test(body) ? '' : 'type = "document"\n'
  return `resource "${FLOW}" "a" {\nkey = "${key}"\nname = "${name}"\n${type}${body}\n}\n`
}

/** Not by for_each over a set that is computed: Terraform 1.11 computes it anew for each of them, a minute for a thousand. */
function many(count: number): string {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Terraform's
  const body = '  key   = "flow-${count.index}"\n  name  = "flow-${count.index}"\n  type  = "document"\n'
  return `resource "${FLOW}" "many" {\n  count = ${count}\n${body}}\n`
}

/** As Terraform keeps what it made by `many`. */
function stateFile(flows: readonly { readonly id: string; readonly key: string }[]): string {
  const instances = flows.map(({ id, key }) => ({
    index_key: Number(key.replace('flow-', '')),
    schema_version: 0,
    attributes: {
      id,
      key,
      name: key,
      description: null,
      type: 'document',
      options: null,
      return_url: null,
      metadata: {},
      protected: false,
      static_link: { active: false, url: '' },
      project: PROJECT,
      version: 1,
    },
  }))
  const provider = 'provider["registry.terraform.io/verification-flows/flows"]'
  const resources = [{ mode: 'managed', type: FLOW, name: 'many', provider, instances }]
  return JSON.stringify({ version: 4, terraform_version: '1.11.4', serial: 1, lineage: 'a', outputs: {}, resources })
}
