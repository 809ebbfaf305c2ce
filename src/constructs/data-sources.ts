import { type IResolvable, TerraformDataSource, type TerraformMetaArguments } from 'cdktn'
import type { Construct } from 'constructs'
import { FLOW_RESOURCE } from '../synth/resource.js'
import { hclOf } from './hcl.js'
import { METADATA } from './metadata.js'

/** One flow, by its key or its id. */
export interface DataFlowsVerificationFlowConfig extends TerraformMetaArguments {
  readonly key?: string | undefined
  readonly id?: string | undefined
}

/** The data source `flows_verification_flow`: an existing flow, whatever project manages it. */
export class DataFlowsVerificationFlow extends TerraformDataSource {
  static readonly tfResourceType: string = FLOW_RESOURCE
  readonly #config: DataFlowsVerificationFlowConfig

  constructor(scope: Construct, id: string, config: DataFlowsVerificationFlowConfig) {
    super(scope, id, { ...config, terraformResourceType: FLOW_RESOURCE, terraformGeneratorMetadata: METADATA })
    this.#config = config
  }

  get id(): string {
    return this.getStringAttribute('id')
  }

  get key(): string {
    return this.getStringAttribute('key')
  }

  get name(): string {
    return this.getStringAttribute('name')
  }

  get type(): string {
    return this.getStringAttribute('type')
  }

  /** The project that manages the flow. */
  get project(): string {
    return this.getStringAttribute('project')
  }

  /** `active` or `archived`. */
  get status(): string {
    return this.getStringAttribute('status')
  }

  get version(): number {
    return this.getNumberAttribute('version')
  }

  get staticLinkUrl(): string {
    return this.getStringAttribute('static_link.url')
  }

  protected override synthesizeAttributes(): { [name: string]: unknown } {
    return { key: this.#config.key, id: this.#config.id }
  }

  protected override synthesizeHclAttributes(): { [name: string]: unknown } {
    return hclOf(this, this.synthesizeAttributes())
  }
}

export interface DataFlowsVerificationFlowsConfig extends TerraformMetaArguments {
  /** Only flows of this project. */
  readonly project?: string | undefined
  /** Only flows that are `active` or `archived`. */
  readonly status?: string | undefined
}

/** The data source `flows_verification_flows`: the existing flows, in order of key. */
export class DataFlowsVerificationFlows extends TerraformDataSource {
  static readonly tfResourceType: string = 'flows_verification_flows'
  readonly #config: DataFlowsVerificationFlowsConfig

  constructor(scope: Construct, id: string, config: DataFlowsVerificationFlowsConfig = {}) {
    super(scope, id, {
      ...config,
      terraformResourceType: 'flows_verification_flows',
      terraformGeneratorMetadata: METADATA,
    })
    this.#config = config
  }

  /** The flows as a list of objects, for expressions: `Fn.lookup`, iterators. */
  get flows(): IResolvable {
    return this.interpolationForAttribute('flows')
  }

  protected override synthesizeAttributes(): { [name: string]: unknown } {
    return { project: this.#config.project, status: this.#config.status }
  }

  protected override synthesizeHclAttributes(): { [name: string]: unknown } {
    return hclOf(this, this.synthesizeAttributes())
  }
}
