import { type FlowBody, type FlowConfig, normalise } from '../model/flow.js'
import type { Plan } from '../model/plan.js'
import type { ModeVerifier, ObservedState, Sighting } from '../model/state.js'
import { SWITCHES } from './assurance.js'
import { diff } from './diff.js'
import type { Pair } from './pair.js'

/** A flow that is bound to a flow at Stripe, compared with what the newest session of that one shows. */
export type BoundFlow = NonNullable<Plan['bound']>[number]

/**
 * The bound flows, each compared with the flow at Stripe. Apply cannot write there, so what differs is for a person to
 * edit. None where the verifier has no flows of its own.
 */
export function boundFlows(pairs: readonly Pair[], { verifier }: ObservedState): BoundFlow[] {
  if (!verifier?.has_flows) return []
  return pairs.flatMap(({ desired: { key, file, config }, observed }): BoundFlow[] => {
    const { stripe_flow } = config
    if (stripe_flow === undefined) return []
    const sighting = observed?.sighting?.stripe_flow === stripe_flow ? observed.sighting : undefined
    const flow = { key, stripe_flow, file, session: sighting?.session ?? null, seen: sighting?.created ?? null }
    if (sighting === undefined) return [{ ...flow, status: 'not_observed', fields: [] }]
    const fields = diff(sighted(config, sighting), config).map(({ path, before, after }) => {
      return { path, observed: before, defined: after, line: null }
    })
    return [{ ...flow, status: fields.length === 0 ? 'in_sync' : 'drifted', fields }]
  })
}

/** The configuration with the checks that a session showed. */
function sighted(config: FlowConfig, { options }: Sighting): FlowConfig {
  const { document, id_number, email, phone, matching } = options
  const type = id_number !== undefined && document === undefined ? 'id_number' : 'document'
  const checks = { ...(email && { email }), ...(phone && { phone }), ...(matching && { matching }) }
  const shown = { ...checks, ...(document && { document }) } as NonNullable<FlowBody['options']>
  const seen = normalise({ name: config.name, type, options: shown })
  return { ...config, type, options: seen.options }
}

/** The flows whose edits at Stripe are still to be made. */
export function outstanding({ bound = [] }: { readonly bound?: readonly BoundFlow[] }): BoundFlow[] {
  return bound.filter(({ status }) => status === 'drifted')
}

/** Checks that no session of a flow could run, because the verifier has no parameter for them and it is not bound. */
export function unverifiable(pairs: readonly Pair[], { verifier }: ObservedState): Plan['conflicts'] {
  if (!verifier) return []
  return pairs
    .filter(({ desired }) => !(verifier.has_flows && desired.config.stripe_flow !== undefined))
    .flatMap((one) =>
      SWITCHES.filter((check) => isMissing(check, one, verifier)).map((check) => conflictOf(check, one, verifier)),
    )
}

type Switch = (typeof SWITCHES)[number]

function isMissing({ check, isOn }: Switch, { desired }: Pair, { checks }: ModeVerifier): boolean {
  return !checks.includes(check) && isOn(desired.config) === true
}

function conflictOf(
  { path, name }: Switch,
  { desired, observed }: Pair,
  verifier: ModeVerifier,
): Plan['conflicts'][number] {
  const { key, file } = desired
  return {
    code: 'CHECK_UNAVAILABLE',
    key,
    id: observed?.id ?? null,
    file,
    path,
    line: null,
    message: `"${key}" asks for the ${name}, which ${verifier.name} cannot run: it verifies the sessions of this service`,
    hint: verifier.has_flows
      ? 'name a flow in the Dashboard of Stripe that makes this check: "stripe_flow"; or switch the check off'
      : 'switch the check off',
  }
}
