import { TerraformProvider } from 'cdktn'
import type { Construct } from 'constructs'
import type { Mode } from '../model/mode.js'
import { PROVIDER_SOURCE } from '../synth/package.js'
import { hclOf } from './hcl.js'
import { METADATA } from './metadata.js'

export interface FlowsProviderConfig {
  /** The project that manages the flows: the same as in flows.config.yaml, if there is one. */
  readonly project: string
  /** Address of the flows API; without it, the embedded store is used. */
  readonly api?: string | undefined
  /** Mode of the flows, by default test. A key of the other mode is refused. */
  readonly mode?: Mode | undefined
  /** By default the environment variable FLOWS_API_KEY. A value given here ends up in files: better leave it out. */
  readonly apiKey?: string | undefined
  /** Path of the embedded store, from Terraform's folder; by default .flows/store.sqlite. Not together with `api`. */
  readonly store?: string | undefined
  /** Name of this provider if a stack has several. */
  readonly alias?: string | undefined
}

/** The provider `flows`: where the flows are, and which project manages them. */
export class FlowsProvider extends TerraformProvider {
  static readonly tfResourceType: string = 'flows'
  project: string
  api: string | undefined
  mode: Mode | undefined
  apiKey: string | undefined
  store: string | undefined
  #alias: string | undefined

  constructor(scope: Construct, id: string, config: FlowsProviderConfig) {
    super(scope, id, {
      terraformResourceType: 'flows',
      terraformGeneratorMetadata: METADATA,
      terraformProviderSource: PROVIDER_SOURCE,
    })
    this.project = config.project
    this.api = config.api
    this.mode = config.mode
    this.apiKey = config.apiKey
    this.store = config.store
    this.#alias = config.alias
  }

  override get alias(): string | undefined {
    return this.#alias
  }

  override set alias(alias: string | undefined) {
    this.#alias = alias
  }

  protected override synthesizeAttributes(): { [name: string]: unknown } {
    const { project, api, mode, apiKey, store, alias } = this
    return { project, api, mode, api_key: apiKey, store, alias }
  }

  protected override synthesizeHclAttributes(): { [name: string]: unknown } {
    return hclOf(this, this.synthesizeAttributes())
  }
}
