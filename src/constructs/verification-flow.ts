import { type IResolvable, type TerraformMetaArguments, TerraformResource } from 'cdktn'
import type { Construct } from 'constructs'
import { FLOW_RESOURCE } from '../synth/resource.js'
import { hclOf } from './hcl.js'
import { METADATA } from './metadata.js'

/** Whether a check is made. */
export type Switch = boolean | IResolvable

export interface VerificationFlowOptions {
  /** How the identity document is checked; only for type `document`. */
  readonly document?:
    | {
        /** Any of driving_license, id_card and passport; by default all. */
        readonly allowedTypes?: string[] | undefined
        readonly requireIdNumber?: Switch | undefined
        readonly requireLiveCapture?: Switch | undefined
        readonly requireMatchingSelfie?: Switch | undefined
      }
    | undefined
  readonly email?: { readonly requireVerification?: Switch | undefined } | undefined
  readonly phone?: { readonly requireVerification?: Switch | undefined } | undefined
  /** `none` or `similar`: how closely the verified data must match what is known. */
  readonly matching?: { readonly name?: string | undefined; readonly dob?: string | undefined } | undefined
}

/** A flow, as in a definition, with the same defaults. */
export interface VerificationFlowConfig extends TerraformMetaArguments {
  /** Stable name of the flow. Changing it renames the flow in place. */
  readonly key: string
  readonly name: string
  readonly description?: string | undefined
  /** `document` or `id_number`. */
  readonly type: string
  readonly options?: VerificationFlowOptions | undefined
  /** Id of the flow in the Dashboard of Stripe that makes the checks, in the mode of the provider. */
  readonly stripeFlow?: string | undefined
  readonly returnUrl?: string | undefined
  readonly staticLink?: { readonly active?: Switch | undefined } | undefined
  readonly metadata?: { readonly [label: string]: string } | undefined
  /** Whether archiving and weakening are refused until this is switched off. */
  readonly protected?: Switch | undefined
}

/** The resource `flows_verification_flow`. */
export class VerificationFlow extends TerraformResource {
  static readonly tfResourceType: string = FLOW_RESOURCE
  readonly #config: VerificationFlowConfig

  constructor(scope: Construct, id: string, config: VerificationFlowConfig) {
    super(scope, id, { ...config, terraformResourceType: FLOW_RESOURCE, terraformGeneratorMetadata: METADATA })
    this.#config = config
  }

  /** The id of the flow, `vf_...`. */
  get id(): string {
    return this.getStringAttribute('id')
  }

  /** The key, once the flow exists: resources that use it wait for the flow. */
  get key(): string {
    return this.getStringAttribute('key')
  }

  get name(): string {
    return this.getStringAttribute('name')
  }

  /** Every change of the flow adds 1. */
  get version(): number {
    return this.getNumberAttribute('version')
  }

  /** The static link, which works once it is active. */
  get staticLinkUrl(): string {
    return this.getStringAttribute('static_link.url')
  }

  protected override synthesizeAttributes(): { [name: string]: unknown } {
    return { ...this.resource() }
  }

  protected override synthesizeHclAttributes(): { [name: string]: unknown } {
    return hclOf(this, this.resource())
  }

  /** The attributes and blocks of the resource, with Terraform's names. */
  protected resource(): Readonly<Record<string, unknown>> {
    const {
      key,
      name,
      description,
      type,
      options,
      stripeFlow,
      returnUrl,
      staticLink,
      metadata,
      protected: isProtected,
    } = this.#config
    return {
      key,
      name,
      description,
      type,
      options: options && {
        document: options.document && {
          allowed_types: options.document.allowedTypes,
          require_id_number: options.document.requireIdNumber,
          require_live_capture: options.document.requireLiveCapture,
          require_matching_selfie: options.document.requireMatchingSelfie,
        },
        email: options.email && { require_verification: options.email.requireVerification },
        phone: options.phone && { require_verification: options.phone.requireVerification },
        matching: options.matching && { name: options.matching.name, dob: options.matching.dob },
      },
      stripe_flow: stripeFlow,
      return_url: returnUrl,
      static_link: staticLink && { active: staticLink.active },
      metadata,
      protected: isProtected,
    }
  }
}
