import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { embedded } from '../../src/remote/embedded/embedded.js'
import { http } from '../../src/remote/http/http.js'
import type { Remote } from '../../src/remote/remote.js'
import { service, type WriteCall } from '../../src/service/operations/calls/call.js'
import { localUser } from '../../src/service/operations/calls/principal.js'
import { openSqliteStore } from '../../src/store/sqlite/open.js'
import type { Diagnostic, Provider } from '../../src/terraform/framework/provider.js'
import type { Block } from '../../src/terraform/framework/schema.js'
import { flowsProvider } from '../../src/terraform/provider.js'
import { type ObjectValue, UNKNOWN } from '../../src/terraform/wire/value.js'
import { PROJECT } from '../helpers/builders.js'
import { type Served, served } from '../service/serving.js'
import { aFolder } from '../store/stores.js'

export const FLOW = 'flows_verification_flow'
const NONE = new Uint8Array()

/** Where providers of one test keep their flows: an embedded store, or a service. */
export interface Site {
  /** What the provider block says of it. */
  readonly block: ObjectValue
  /** The same flows, as others see and edit them. */
  readonly remote: Remote
  readonly cwd: string
  /** Does something with the service, as somebody who is not Terraform. */
  write<T>(operation: (call: WriteCall) => Promise<T>): Promise<T>
}

const SOMEBODY = { livemode: false, principal: localUser('somebody') }

export const sites = [
  {
    name: 'an embedded store',
    open: async (): Promise<Site> => {
      const cwd = aFolder()
      const file = join(cwd, '.flows', 'store.sqlite')
      return {
        block: {},
        remote: embedded({ file, actor: 'somebody' }),
        cwd,
        write: async (operation) => {
          const store = await openSqliteStore({ file })
          return service({ store })
            .write(SOMEBODY, operation)
            .finally(() => store.close())
        },
      }
    },
  },
  { name: 'a service', open: async (): Promise<Site> => aServiceSite(await served()) },
]

export function aServiceSite({ url, key, service }: Pick<Served, 'url' | 'key' | 'service'>): Site {
  return {
    block: { api: url, api_key: key },
    remote: http({ api: url, apiKey: key }),
    cwd: aFolder(),
    write: (operation) => service.write(SOMEBODY, operation),
  }
}

/** A value of a block's shape: what is not given is null. */
export function filled(block: Block, given: Readonly<Record<string, unknown>>): ObjectValue {
  const attributes = Object.entries(block.attributes).map(([name, { type }]) => {
    const value = given[name] ?? null
    const isNested = typeof type === 'object' && 'attributes' in type && value !== null && value !== UNKNOWN
    return [name, isNested ? filled({ description: '', ...type }, value as ObjectValue) : value]
  })
  const blocks = Object.entries(block.blocks ?? {}).map(([name, inner]) => {
    const value = given[name] ?? null
    return [name, value === null || value === UNKNOWN ? value : filled(inner, value as ObjectValue)]
  })
  const unknown = Object.keys(given).filter((name) => !(name in block.attributes) && !(name in (block.blocks ?? {})))
  if (unknown.length > 0) throw new Error(`there is no ${unknown.join()}`)
  return Object.fromEntries([...attributes, ...blocks])
}

export interface Planned {
  readonly prior: ObjectValue | null
  readonly config: ObjectValue | null
  readonly planned: ObjectValue | null
  readonly diagnostics: readonly Diagnostic[]
}

/** Calls a provider in the order in which Terraform does, with one process per phase. */
export class Terraform {
  readonly site: Site
  readonly project: string

  constructor(site: Site, project = PROJECT) {
    this.site = site
    this.project = project
  }

  /** A provider as one process has it. */
  async process(): Promise<Provider> {
    const { block, cwd } = this.site
    const provider = flowsProvider({ env: {}, cwd, source: async () => null })
    onTestFinished(() => provider.close(false))
    const config = filled(provider.schema, { project: this.project, ...block })
    const diagnostics = [...(await provider.validate(config)), ...(await provider.configure(config, '1.11.4'))]
    if (diagnostics.length > 0) throw new Error(texts(diagnostics).join('\n'))
    return provider
  }

  async plan(given: Readonly<Record<string, unknown>> | null, prior: ObjectValue | null = null): Promise<Planned> {
    return planIn(await this.process(), given, prior)
  }

  /** Refresh, plan and apply of one resource; throws what is said against it. */
  async apply(given: Readonly<Record<string, unknown>> | null, state: ObjectValue | null = null) {
    const prior = state === null ? null : await this.read(state)
    const planned = await this.plan(given, prior)
    const errors = planned.diagnostics.filter(({ severity }) => severity === 'error')
    if (errors.length > 0) throw new Error(texts(errors).join('\n'))
    return this.finish(planned)
  }

  /** Applies what was planned, in a process of its own, which Terraform ends: it has written the state. */
  async finish(planned: Planned): Promise<ObjectValue | null> {
    const { state, provider } = await this.#applied(planned)
    await provider.close(true)
    return state
  }

  /** The same, but killed before Terraform has written anything down. */
  async cutShort(planned: Planned): Promise<ObjectValue | null> {
    return (await this.#applied(planned)).state
  }

  async #applied({ prior, planned, config }: Planned) {
    const provider = await this.process()
    const { result, diagnostics } = await resource(provider).apply({ prior, planned, config, memory: NONE })
    if (diagnostics.length > 0) throw new Error(texts(diagnostics).join('\n'))
    return { state: result.state, provider }
  }

  async read(state: ObjectValue): Promise<ObjectValue | null> {
    const { result, diagnostics } = await resource(await this.process()).read(state, NONE)
    if (diagnostics.length > 0) throw new Error(texts(diagnostics).join('\n'))
    return result?.state ?? null
  }

  async import(name: string): Promise<ObjectValue> {
    const { result, diagnostics } = await resource(await this.process()).import(name)
    if (result === null) throw new Error(texts(diagnostics).join('\n'))
    return result
  }
}

function flowConfig(given: Readonly<Record<string, unknown>>): ObjectValue {
  const { resources } = flowsProvider({ env: {}, cwd: '/', source: async () => null })
  return filled(resources[FLOW]?.schema as Block, { name: 'Flow', type: 'document', ...given })
}

export async function planIn(
  provider: Provider,
  given: Readonly<Record<string, unknown>> | null,
  prior: ObjectValue | null = null,
): Promise<Planned> {
  const config = given && flowConfig(given)
  const { result, diagnostics } = await resource(provider).plan({ prior, proposed: config, config, memory: NONE })
  return { prior, config, planned: result.planned, diagnostics }
}

export function resource(provider: Provider) {
  const found = provider.resources[FLOW]
  if (found === undefined) throw new Error(`there is no ${FLOW}`)
  return found
}

/** "error at key: summary" */
export function texts(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.map(({ severity, summary, detail, path }) => {
    const at = path.map((step) => ('attribute' in step ? step.attribute : 'key' in step ? step.key : step.index))
    return `${severity} at ${at.join('.')}: ${summary}. ${detail}`
  })
}
