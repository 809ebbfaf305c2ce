import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { asDefinition, normalise } from '../../src/model/flow.js'
import { FLOW_RESOURCE, resourceOf } from '../../src/synth/resource.js'
import { boundOnce, flowBody } from '../helpers/arbitraries.js'
import { aDefinition, aFolder, aProject, CONFIG, flows } from '../helpers/cli.js'

type Library = typeof import('cdktn')
type Constructs = typeof import('../../src/constructs/index.js')

const require = createRequire(import.meta.url)
const LIBRARIES = ['cdktn', 'cdktf'] as const

/** What users import: the built entry point, over the library itself. */
const load = (library: string) => ({
  core: require(library) as Library,
  constructs: require(`verification-flows/${library}`) as Constructs,
})

interface Synthesised {
  readonly terraform: { readonly required_providers: Readonly<Record<string, unknown>> }
  readonly provider: { readonly flows: readonly Readonly<Record<string, unknown>>[] }
  readonly resource: { readonly flows_verification_flow: Readonly<Record<string, Readonly<Record<string, unknown>>>> }
  readonly data: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly moved: unknown
  readonly import: unknown
}

for (const library of LIBRARIES) {
  const { core, constructs } = load(library)

  /** The Terraform JSON of a stack, without what the library notes of itself. */
  const synthesised = (build: (stack: InstanceType<Library['TerraformStack']>) => void): Synthesised => {
    const stack = new core.TerraformStack(core.Testing.app(), 'stack')
    build(stack)
    return JSON.parse(core.Testing.synth(stack), (name, value) => (name === '//' ? undefined : value))
  }

  describe(`constructs for ${library}`, () => {
    test('the provider is asked for by a range of versions, from where it is published', () => {
      const made = synthesised((stack) => {
        new constructs.FlowsProvider(stack, 'flows', { project: 'acme-kyc', api: 'https://flows.example.com' })
      })
      expect(made.terraform.required_providers.flows).toEqual({
        source: 'verification-flows/flows',
        version: expect.stringMatching(/^~> \d+\.\d+$/),
      })
      expect(made.provider.flows).toEqual([{ project: 'acme-kyc', api: 'https://flows.example.com' }])
    })

    test('a flow has the blocks of the provider, and its results are references', () => {
      const made = synthesised((stack) => {
        new constructs.FlowsProvider(stack, 'flows', { project: 'acme-kyc' })
        const flow = new constructs.VerificationFlow(stack, 'high', {
          key: 'high',
          name: 'High value',
          type: 'document',
          options: {
            document: { allowedTypes: ['passport'], requireLiveCapture: true, requireIdNumber: false },
            email: { requireVerification: true },
            matching: { name: 'similar' },
          },
          stripeFlow: 'vf_1PgafBB7WZ01zgkW',
          returnUrl: 'https://example.com/done',
          staticLink: { active: true },
          metadata: { camelCase: 'stays' },
          protected: true,
        })
        new constructs.VerificationFlow(stack, 'next', { key: 'next', name: flow.name, type: 'id_number' })
        new constructs.DataFlowsVerificationFlow(stack, 'seen', { key: flow.key })
        new constructs.DataFlowsVerificationFlows(stack, 'all', { status: 'active' })
        new core.TerraformOutput(stack, 'link', { value: flow.staticLinkUrl })
      })
      expect(made.resource.flows_verification_flow.high).toEqual({
        key: 'high',
        name: 'High value',
        type: 'document',
        options: {
          document: { allowed_types: ['passport'], require_live_capture: true, require_id_number: false },
          email: { require_verification: true },
          matching: { name: 'similar' },
        },
        stripe_flow: 'vf_1PgafBB7WZ01zgkW',
        return_url: 'https://example.com/done',
        static_link: { active: true },
        metadata: { camelCase: 'stays' },
        protected: true,
      })
      const reference = (attribute: string) => `$\{flows_verification_flow.high.${attribute}}`
      expect(made.resource.flows_verification_flow.next?.name).toBe(reference('name'))
      expect(made.data).toEqual({
        flows_verification_flow: { seen: { key: reference('key') } },
        flows_verification_flows: { all: { status: 'active' } },
      })
      expect(made).toMatchObject({ output: { link: { value: reference('static_link.url') } } })
    })

    test('several providers are told apart by their alias', () => {
      const made = synthesised((stack) => {
        new constructs.FlowsProvider(stack, 'test', { project: 'acme-kyc' })
        const live = new constructs.FlowsProvider(stack, 'live', { project: 'acme-kyc', alias: 'live' })
        new constructs.VerificationFlow(stack, 'a', { key: 'a', name: 'A', type: 'document', provider: live })
      })
      expect(made.provider.flows).toMatchObject([{ project: 'acme-kyc' }, { alias: 'live' }])
      expect(made.resource.flows_verification_flow.a).toMatchObject({ provider: 'flows.live' })
    })

    test('synth --hcl tells blocks, maps and nested objects apart', () => {
      const stack = new core.TerraformStack(core.Testing.app(), 'stack')
      new constructs.VerificationFlow(stack, 'high', {
        key: 'high',
        name: 'High',
        type: 'document',
        options: { document: { allowedTypes: ['passport'] }, email: { requireVerification: true } },
        staticLink: { active: true },
        metadata: { team: 'risk' },
      })
      const hcl = core.Testing.synthHcl(stack).replaceAll(/\s+/g, ' ')
      expect(hcl).toContain(
        'options { document { allowed_types = [ "passport", ] } email { require_verification = true } }',
      )
      expect(hcl).toContain('static_link = { active = true }')
      expect(hcl).toContain('metadata = { team = "risk" }')
    })
  })

  describe(`VerificationFlows.fromDirectory for ${library}`, () => {
    const from = (config: Parameters<Constructs['VerificationFlows']['fromDirectory']>[2]) =>
      synthesised((stack) => void constructs.VerificationFlows.fromDirectory(stack, 'flows', config))

    test('makes of every definition the resource that flows synth makes, and a provider for the environment', async () => {
      const cwd = aProject(
        {
          // biome-ignore lint/suspicious/noTemplateCurlyInString: a template of Terraform's
          high: aDefinition('High', 'metadata: { "a${b}": "%{c}" }\nenvironments: { live: { protected: true } }\n'),
          '3-days': aDefinition('Three days'),
        },
        `${CONFIG}  live: { mode: live, api: "https://flows.example.com", api_key_env: KEY }\n`,
      )
      const made = from({ directory: cwd, environment: 'live' })
      const { stdout } = await flows(['synth', '--env', 'live'], { cwd })
      const printed = JSON.parse(stdout)
      const named = Object.entries(printed.resource[FLOW_RESOURCE]).map(([, resource]) => {
        const { key } = resource as { key: string }
        return [`flows_${key}`, resource]
      })
      expect(made.resource[FLOW_RESOURCE]).toEqual(Object.fromEntries(named))
      expect(made.provider.flows).toEqual([printed.provider.flows])
      expect(made.terraform.required_providers).toEqual(printed.terraform.required_providers)
    })

    test('every definition that there may be, word for word', () => {
      fc.assert(
        fc.property(fc.array(flowBody, { minLength: 1, maxLength: 3 }), (drawn) => {
          const bodies = drawn.map((body, index) => boundOnce(`f${index}`, body))
          const texts = bodies.map((body, index) => [`f${index}`, JSON.stringify(asDefinition(body, 'test'))])
          const cwd = aProject(Object.fromEntries(texts))
          const resources = bodies.map((body, index) => [`flows_f${index}`, resourceOf(`f${index}`, normalise(body))])
          expect(from({ directory: cwd }).resource[FLOW_RESOURCE]).toEqual(Object.fromEntries(resources))
        }),
        { numRuns: 10 },
      )
    })

    test('a rename is a moved block', () => {
      const cwd = aProject({ high: aDefinition('High', 'renamed_from: big\n') })
      expect(from({ directory: cwd }).moved).toEqual([
        { from: 'flows_verification_flow.flows_big', to: 'flows_verification_flow.flows_high' },
      ])
    })

    test('the embedded store is named from the folder in which Terraform works', () => {
      const cwd = aProject({ a: aDefinition('A') })
      const app = new core.App({ outdir: join(cwd, 'cdk.out') })
      const stack = new core.TerraformStack(app, 'kyc')
      constructs.VerificationFlows.fromDirectory(stack, 'flows', { configFile: join(cwd, 'flows.config.yaml') })
      app.synth()
      const written = JSON.parse(readFileSync(join(cwd, 'cdk.out/stacks/kyc/cdk.tf.json'), 'utf8'))
      expect(written.provider.flows).toEqual([{ project: 'acme-kyc', store: '../../../.flows/store.sqlite' }])
    })

    test('uses the provider that the stack has, and gives its flows by key', () => {
      const cwd = aProject({ high: aDefinition('High') })
      const made = synthesised((stack) => {
        new constructs.FlowsProvider(stack, 'mine', { project: 'acme-kyc', api: 'https://other.example.com' })
        const all = constructs.VerificationFlows.fromDirectory(stack, 'flows', { directory: cwd })
        all.get('high').importFrom('high')
        expect(() => all.get('hihg')).toThrow('no definition has the key "hihg": did you mean "high"?')
      })
      expect(made.provider.flows).toEqual([{ project: 'acme-kyc', api: 'https://other.example.com' }])
      expect(made.import).toEqual([{ to: 'flows_verification_flow.flows_high', id: 'high' }])
    })

    test('several environments have a place in one stack, each with a provider of its own', () => {
      const cwd = aProject(
        { high: aDefinition('High') },
        `${CONFIG}  live: { mode: live, api: "https://flows.example.com", api_key_env: KEY }\n`,
      )
      const made = synthesised((stack) => {
        for (const environment of ['local', 'live']) {
          const provider = new constructs.FlowsProvider(stack, environment, {
            project: 'acme-kyc',
            alias: environment,
            ...(environment === 'live' && { mode: 'live' }),
          })
          constructs.VerificationFlows.fromDirectory(stack, `in-${environment}`, {
            directory: cwd,
            environment,
            provider,
          })
        }
      })
      expect(made.resource.flows_verification_flow).toMatchObject({
        'in-local_high': { provider: 'flows.local' },
        'in-live_high': { provider: 'flows.live' },
      })
    })

    test('refuses a provider of the other mode than the environment is', () => {
      const live = `${CONFIG}  live: { mode: live, api: "https://flows.example.com", api_key_env: KEY }\n`
      const cwd = aProject({ high: aDefinition('High') }, live)
      const inMode = (mode?: 'live') => () =>
        synthesised((stack) => {
          new constructs.FlowsProvider(stack, 'mine', { project: 'acme-kyc', api: 'https://flows.example.com', mode })
          constructs.VerificationFlows.fromDirectory(stack, 'flows', { directory: cwd, environment: 'live' })
        })
      expect(inMode()).toThrow(
        `environment "live" is live mode (flows.config.yaml), and the FlowsProvider "stack/mine" is test mode: give it mode: 'live', or choose another environment`,
      )
      expect(inMode('live')).not.toThrow()
    })

    test('refuses a provider that manages another project than the definitions are of', () => {
      const cwd = aProject({ high: aDefinition('High') })
      const under = (project: string, alias?: string) => () =>
        synthesised((stack) => {
          const provider = new constructs.FlowsProvider(stack, 'mine', { project, ...(alias && { alias }) })
          const named = alias === undefined ? {} : { provider }
          constructs.VerificationFlows.fromDirectory(stack, 'flows', { directory: cwd, ...named })
        })
      for (const alias of [undefined, 'live']) {
        expect(under('other', alias)).toThrow(
          'the definitions are of project "acme-kyc" (flows.config.yaml), and the FlowsProvider "stack/mine" manages "other": give both the same project',
        )
        expect(under('acme-kyc', alias)).not.toThrow()
        // What nobody knows before Terraform runs is not judged.
        expect(under(core.Fn.lower('OTHER'), alias)).not.toThrow()
      }
    })

    test('refuses a flow in code that would have the name of a defined one', () => {
      const cwd = aProject({ high: aDefinition('High') })
      const app = new core.App({ outdir: join(cwd, 'cdk.out') })
      const stack = new core.TerraformStack(app, 'kyc')
      constructs.VerificationFlows.fromDirectory(stack, 'flows', { directory: cwd })
      new constructs.VerificationFlow(stack, 'flows_high', { key: 'other', name: 'Other', type: 'document' })
      expect(() => app.synth()).toThrow('"kyc/flows_high" and a definition are both flows_verification_flow.flows_high')
    })

    test('throws one error with everything that is wrong, each with place, code and hint', () => {
      const cwd = aProject({ a: 'name: A\ntype: document\nreturn_ulr: x\n', b: 'name: B\n' })
      const thrown = () => from({ directory: cwd })
      expect(thrown).toThrow(constructs.InvalidDefinitionsError)
      expect(thrown).toThrow(/flows\/a\.yaml:3:1 UNKNOWN_FIELD .*\n.*hint: .*return_url/)
      expect(thrown).toThrow(/flows\/b\.yaml:1:1 MISSING_FIELD/)
      expect(thrown).toThrow('2 errors in 2 files')
    })

    test('says what is wrong with the way it is called', () => {
      const cwd = aProject({ a: aDefinition('A') })
      expect(() => from({ directory: cwd, environment: 'lcoal' })).toThrow('did you mean "local"?')
      expect(() => from({})).toThrow('give either directory')
      expect(() => from({ directory: cwd, configFile: cwd })).toThrow('give either directory')
      const nothing = () => from({ directory: aFolder() })
      expect(nothing).toThrow(
        /^there is no file \S+\/flows\.config\.yaml: give the folder that holds flows\.config\.yaml/,
      )
      expect(() => from({ configFile: 'gone.yaml' })).toThrow(
        /^there is no file gone\.yaml: it is looked for from where/,
      )
    })
  })
}
