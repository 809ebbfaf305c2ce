import { type DocumentType, type FlowBody, type FlowConfig, normalise, withoutDefaults } from '../model/flow.js'
import { toDotted } from '../model/json-pointer.js'
import type { Mode } from '../model/mode.js'
import type { SessionOptions } from '../model/resources.js'
import { type Origin, ourMetadata } from './metadata.js'

/**
 * The parameters of `stripe.identity.verificationSessions.create` that say what a flow says. They fit the official
 * client's own type, which is not named here because this library does not make its users install that client.
 */
export interface StripeSessionParams {
  type: 'document' | 'id_number'
  options?: { document: DocumentOptions }
  return_url?: string
  metadata?: Record<string, string>
}

interface DocumentOptions {
  allowed_types?: DocumentType[]
  require_id_number?: boolean
  require_live_capture?: boolean
  require_matching_selfie?: boolean
}

/** The same for a flow that is bound to one in Stripe's Dashboard, which says what is checked. */
export interface BoundSessionParams {
  verification_flow: string
  type?: never
  options?: never
  return_url?: string
  metadata?: Record<string, string>
}

/** A flow, or a definition as it stands in YAML: there `stripe_flow` has an id for each mode. */
export type FlowToExpand = Omit<FlowBody, 'stripe_flow'> & {
  readonly stripe_flow?: string | { readonly [Name in Mode]?: string } | undefined
}

/** A part of a flow that Stripe's public API has no parameter for. */
export interface Inexpressible {
  readonly check: 'email' | 'phone' | 'matching'
  /** Where it is in the definition, as JSON Pointer: "/options/email/require_verification". */
  readonly path: string
  readonly message: string
}

/** A flow asks for checks that Stripe's public API cannot express: only a flow made in Stripe's Dashboard can. */
export class FlowNotExpressible extends Error {
  override readonly name = 'FlowNotExpressible'
  readonly code = 'flow_not_expressible'
  /** All of them. */
  readonly parts: readonly Inexpressible[]

  constructor(parts: readonly Inexpressible[]) {
    super(`Stripe's public API has no parameter for ${parts.map(({ path }) => toDotted(path)).join(', ')}`)
    this.parts = parts
  }
}

/**
 * A flow as parameters for the creation of a session at Stripe, with nothing added that is Stripe's default. `origin`
 * names the flow in the session's metadata: see ourMetadata. A bound flow becomes `verification_flow`: all its checks work.
 * Where it has an id for each mode, `mode` says which. Throws FlowNotExpressible, which names everything that Stripe's
 * public API cannot express; nothing is dropped silently.
 */
export function expandFlow(
  { stripe_flow: bound, ...flow }: FlowToExpand | FlowConfig,
  { mode, ...origin }: Origin & { readonly mode?: Mode } = {},
): StripeSessionParams | BoundSessionParams {
  const config = normalise(flow)
  const id = boundTo(bound, mode)
  if (id !== undefined) return { verification_flow: id, ...aroundOf(config, origin) }
  const parts = inexpressibleIn(config)
  if (parts.length > 0) throw new FlowNotExpressible(parts)
  const document = withoutDefaults(config).options?.document
  return { type: config.type, ...(document !== undefined && { options: { document } }), ...aroundOf(config, origin) }
}

function boundTo(bound: FlowToExpand['stripe_flow'], mode: Mode | undefined): string | undefined {
  if (bound === undefined || typeof bound === 'string') return bound
  if (mode !== undefined) return bound[mode]
  throw new TypeError('the flow is bound to one at Stripe for each mode: say the mode that is meant, "test" or "live"')
}

/** What is no matter of checks. */
function aroundOf({ return_url }: FlowConfig, origin: Origin): Pick<StripeSessionParams, 'return_url' | 'metadata'> {
  const metadata = ourMetadata(origin)
  return { ...(return_url !== null && { return_url }), ...(Object.keys(metadata).length > 0 && { metadata }) }
}

/** What Stripe's public API cannot express in a flow, in the order of a definition. */
function inexpressibleIn({ options }: Pick<FlowConfig, 'options'>): readonly Inexpressible[] {
  const { email, phone, matching } = options
  const found: [Inexpressible['check'], string, boolean][] = [
    ['email', '/options/email/require_verification', email.require_verification],
    ['phone', '/options/phone/require_verification', phone.require_verification],
    ['matching', '/options/matching/name', matching.name !== 'none'],
    ['matching', '/options/matching/dob', matching.dob !== 'none'],
  ]
  return found.flatMap(([check, path, isOn]) =>
    isOn ? [{ check, path, message: `Stripe's public API has no parameter for ${toDotted(path)}` }] : [],
  )
}

/** The type and options of a session at Stripe, for the checks of a session here, which are all expressible. */
export function expandOptions({ document }: SessionOptions): Pick<StripeSessionParams, 'type' | 'options'> {
  if (document === undefined) return { type: 'id_number' }
  const { allowed_types, ...flags } = document
  const all = { ...flags, ...(allowed_types !== undefined && { allowed_types: [...allowed_types] }) }
  return { type: 'document', ...(Object.keys(all).length > 0 && { options: { document: all } }) }
}
