import { editsLeft } from '../model/bound/edits-left.js'
import type { Plan } from '../model/plan.js'
import type { ModeVerifier, ObservedState } from '../model/state.js'
import { SWITCHES } from './assurance.js'
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
    const fields = editsLeft(config, sighting).map((edit) => ({ ...edit, line: null }))
    return [{ ...flow, status: fields.length === 0 ? 'in_sync' : 'drifted', fields }]
  })
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
