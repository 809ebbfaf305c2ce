import { editsLeft } from '../model/bound/edits-left.js'
import type { Plan } from '../model/plan.js'
import type { ModeVerifier, ObservedFlow, ObservedState } from '../model/state.js'
import { SWITCHES } from './assurance.js'
import type { Pair, Pairing } from './pair.js'

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

/**
 * Definitions that would be bound to a flow at Stripe to which another flow of the service is bound, and stays so: the
 * service refuses that. `only`: the keys that the plan is limited to.
 */
export function takenBindings(
  { pairs, gone }: Pick<Pairing, 'pairs' | 'gone'>,
  { flows }: ObservedState,
  only: readonly string[] | undefined,
): Plan['conflicts'] {
  if (!pairs.some(({ desired }) => desired.config.stripe_flow !== undefined)) return []
  const isMeant = (key: string) => only?.includes(key) ?? true
  const archived = gone.filter(({ key }) => isMeant(key)).map(({ id }) => id)
  const after = new Map(
    pairs
      .filter(({ desired }) => isMeant(desired.key))
      .flatMap(({ desired, observed }) => (observed === null ? [] : [[observed.id, desired.config.stripe_flow]])),
  )
  const holds = ({ id, status, config }: ObservedFlow, stripeFlow: string) => {
    if (status === 'archived' || archived.includes(id)) return false
    return (after.has(id) ? after.get(id) : config.stripe_flow) === stripeFlow
  }
  return pairs.flatMap(({ desired: { key, file, config }, observed }) => {
    const { stripe_flow } = config
    if (stripe_flow === undefined) return []
    const holder = flows.find((flow) => flow.id !== observed?.id && holds(flow, stripe_flow))
    if (holder === undefined) return []
    const manager = holder.project === null ? 'which no project manages' : `of project "${holder.project}"`
    return [
      {
        code: 'STRIPE_FLOW_TAKEN' as const,
        key,
        id: observed?.id ?? null,
        file,
        path: '/stripe_flow',
        line: null,
        message: `"${key}" is bound to ${stripe_flow}, and so is the flow "${holder.key}", ${manager}`,
        hint: 'two flows cannot be bound to one flow at Stripe: release that one first, or bind this one to another',
      },
    ]
  })
}
