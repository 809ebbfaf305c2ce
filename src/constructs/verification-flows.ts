import { existsSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { type TerraformProvider, TerraformStack, Token } from 'cdktn'
import { Construct } from 'constructs'
import { readDefinitions } from '../app/project/definitions.js'
import {
  CONFIG_FILES,
  configFilesIn,
  defaultEnvironment,
  loadProject,
  type Project,
  placeOf,
} from '../app/project/project.js'
import { concerning, type Diagnostic, hasError } from '../model/diagnostic.js'
import type { FlowConfig } from '../model/flow.js'
import { modeOf } from '../model/mode.js'
import type { DesiredFlow } from '../model/state.js'
import { diagnosticsText } from '../render/diagnostics/text.js'
import { addressOf, FLOW_RESOURCE, labelOf, resourceOf } from '../synth/resource.js'
import { suggest } from '../text/nearest.js'
import { FlowsProvider } from './flows-provider.js'
import { InvalidDefinitionsError } from './invalid-definitions-error.js'
import { VerificationFlow } from './verification-flow.js'

export interface VerificationFlowsConfig {
  /** The folder with flows.config.yaml, from where the app runs. Either this or `configFile`. */
  readonly directory?: string | undefined
  /** The configuration file itself. */
  readonly configFile?: string | undefined
  /** The environment of the configuration; by default the only one, else `local`. */
  readonly environment?: string | undefined
  /** By default the stack's FlowsProvider; if there is none, a new one for the environment's service. */
  readonly provider?: TerraformProvider | undefined
}

/** The flows in a folder of definitions, each as a VerificationFlow. */
export class VerificationFlows extends Construct {
  /** By key, in order of key. */
  readonly flows: ReadonlyMap<string, VerificationFlow>

  private constructor(scope: Construct, id: string, flows: readonly DesiredFlow[], provider?: TerraformProvider) {
    super(scope, id)
    const prefix = `${TerraformStack.of(this).getLogicalId(this.node)}_`
    this.flows = new Map(
      flows.map(({ key, config, renamedFrom }) => {
        const flow = new DefinedFlow(this, key, config, provider)
        flow.overrideLogicalId(labelOf(key, prefix))
        if (renamedFrom !== null) flow.moveFromId(addressOf(renamedFrom, prefix))
        return [key, flow]
      }),
    )
    this.node.addValidation({ validate: () => this.#clashes() })
  }

  /** Finds resources with the same name, which would silently become one: these names are chosen, not the library's. */
  #clashes(): string[] {
    const own = new Set([...this.flows.values()].map(({ friendlyUniqueId }) => friendlyUniqueId))
    return TerraformStack.of(this)
      .node.findAll()
      .filter((one): one is VerificationFlow => one instanceof VerificationFlow && one.node.scope !== this)
      .filter(({ friendlyUniqueId }) => own.has(friendlyUniqueId))
      .map(
        ({ node, friendlyUniqueId }) =>
          `"${node.path}" and a definition are both ${FLOW_RESOURCE}.${friendlyUniqueId}: give it another id`,
      )
  }

  /**
   * Reads the definitions of an environment, by the same rules as the command line. Throws InvalidDefinitionsError with
   * everything that is wrong.
   */
  static fromDirectory(scope: Construct, id: string, config: VerificationFlowsConfig): VerificationFlows {
    const project = openProject(config)
    const environment = environmentOf(project, config.environment)
    const definitions = readDefinitions(project, { cache: false })
    if (hasError(concerning(definitions.diagnostics, environment)))
      throw invalidDefinitions(definitions.diagnostics, project.root)
    const provider = config.provider ?? defaultProvider(scope)
    if (provider === undefined) makeProvider(scope, id, project, environment)
    else checkProvider(provider, project, environment)
    return new VerificationFlows(scope, id, definitions.desired(environment), config.provider)
  }

  /** The flow with this key. */
  get(key: string): VerificationFlow {
    const flow = this.flows.get(key)
    if (flow !== undefined) return flow
    throw new Error(`no definition has the key "${key}": ${suggest(key, [...this.flows.keys()], 'there are')}`)
  }
}

/** A flow exactly as in its definition: what `flows synth` writes, word for word. */
class DefinedFlow extends VerificationFlow {
  readonly #resource: Readonly<Record<string, unknown>>

  constructor(scope: Construct, key: string, config: FlowConfig, provider: TerraformProvider | undefined) {
    super(scope, key, { key, name: config.name, type: config.type, ...(provider && { provider }) })
    this.#resource = resourceOf(key, config)
  }

  protected override resource(): Readonly<Record<string, unknown>> {
    return this.#resource
  }
}

function invalidDefinitions(diagnostics: readonly Diagnostic[], root: string): InvalidDefinitionsError {
  // Name files by their paths from where the app runs, so that they can be opened.
  const place = <At extends { readonly file: string }>(at: At): At => ({
    ...at,
    file: relative(process.cwd(), join(root, at.file)).split(sep).join('/'),
  })
  const placed = diagnostics.map(({ at, related, ...diagnostic }) => ({
    ...diagnostic,
    at: place(at),
    ...(related && { related: related.map(place) }),
  }))
  return new InvalidDefinitionsError(`the definitions are invalid\n\n${diagnosticsText(placed)}`)
}

function openProject({ directory, configFile }: VerificationFlowsConfig): Project {
  if ((directory === undefined) === (configFile === undefined)) {
    throw new Error('give either directory (the folder that holds flows.config.yaml) or configFile')
  }
  const [found] = configFile === undefined ? configFilesIn(resolve(directory ?? '')) : []
  const path = resolve(configFile ?? found ?? join(directory ?? '', CONFIG_FILES[0]))
  if (!existsSync(path)) {
    const way =
      configFile === undefined
        ? `give the folder that holds ${CONFIG_FILES[0]}, from where the app runs`
        : 'it is looked for from where the app runs'
    throw new Error(`there is no file ${relative(process.cwd(), path).split(sep).join('/')}: ${way}`)
  }
  const { project, diagnostics } = loadProject(path)
  if (project === undefined) throw invalidDefinitions(diagnostics, dirname(path))
  return project
}

function environmentOf(project: Project, given: string | undefined): string {
  const names = Object.keys(project.config.environments)
  const environment = given ?? defaultEnvironment(project)
  if (names.includes(environment)) return environment
  throw new Error(`the configuration has no environment "${environment}": ${suggest(environment, names, 'it has')}`)
}

/** The stack's provider that resources use if none is named. */
function defaultProvider(scope: Construct): FlowsProvider | undefined {
  const all = TerraformStack.of(scope).node.findAll()
  return all.filter((one) => one instanceof FlowsProvider).find(({ alias }) => alias === undefined)
}

/** With the wrong project or mode, flows would be created twice or taken for somebody else's. */
function checkProvider(provider: TerraformProvider, { config }: Project, environment: string): void {
  if (!(provider instanceof FlowsProvider)) return
  const { path } = provider.node
  if (!Token.isUnresolved(provider.project) && provider.project !== config.project) {
    throw new Error(
      `the definitions are of project "${config.project}" (flows.config.yaml), and the FlowsProvider "${path}" manages "${provider.project}": give both the same project`,
    )
  }
  const [mode, given] = [modeOf(config.environments[environment] ?? {}), modeOf(provider)]
  if (Token.isUnresolved(provider.mode) || mode === given) return
  throw new Error(
    `environment "${environment}" is ${mode} mode (flows.config.yaml), and the FlowsProvider "${path}" is ${given} mode: give it mode: '${mode}', or choose another environment`,
  )
}

function makeProvider(scope: Construct, id: string, project: Project, environment: string): void {
  const stack = TerraformStack.of(scope)
  const { root } = stack.node
  // Terraform works in the folder of the stack, so relative paths must start there.
  const outdir = 'outdir' in root && typeof root.outdir === 'string' ? root.outdir : process.cwd()
  const place = placeOf(project, environment, resolve(outdir, 'stacks', stack.node.id))
  new FlowsProvider(scope, `${id}-provider`, { project: project.config.project, ...place })
}
