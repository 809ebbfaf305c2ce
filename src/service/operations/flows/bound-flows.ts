import { editsMade } from '../../../model/bound/edits-left.js'
import type { FlowRecord, Sighting } from '../../../store/flows.js'
import type { SessionRecord } from '../../../store/sessions.js'
import { type Check, missingChecks } from '../../../verifier/checks.js'
import type { Observed, Verifier } from '../../../verifier/verifier.js'
import { ApiError, invalid } from '../../api-error.js'
import type { ReadCall, WriteCall } from '../calls/call.js'
import { sessionOptions } from './session-options.js'

/** Names the parameter that is at fault, by the place of its flow among those written. */
type ParamOf = (index: number) => string

/** A flow as it is to be written. */
type Written = Pick<FlowRecord, 'id' | 'key' | 'status' | 'config'>

/** Throws 400 if two flows of the mode would be bound to one flow at Stripe: its sessions would belong to either. */
export async function refuseBoundTwice(
  { tx, livemode }: ReadCall,
  flows: readonly Written[],
  paramOf: ParamOf,
): Promise<void> {
  const bound = flows.flatMap(({ config, status, key }, index) =>
    config.stripe_flow === undefined || status === 'archived' ? [] : [{ id: config.stripe_flow, key, index }],
  )
  if (bound.length === 0) return
  const written = new Set(flows.map(({ id }) => id))
  const holders = new Map<string, string>()
  for (const { id, key, status, config } of await tx.flows.boundTo(
    livemode,
    bound.map((one) => one.id),
  )) {
    if (!written.has(id) && status === 'active' && config.stripe_flow) holders.set(config.stripe_flow, key)
  }
  for (const { id, key, index } of bound) {
    const holder = holders.get(id)
    if (holder !== undefined) {
      const message = `The flow '${holder}' is bound to '${id}' already.`
      throw invalid('resource_already_exists', paramOf(index), message)
    }
    holders.set(id, key)
  }
}

/**
 * Throws 400 if the verifier of the mode cannot run a check of one of these flows: every session of it would be
 * refused. The checks of a bound flow are those of the flow at Stripe, which may be any.
 */
export function refuseUnverifiable(
  { verifiers, livemode }: ReadCall,
  flows: readonly Written[],
  paramOf: ParamOf,
): void {
  const verifier = verifiers.of(livemode)
  if (verifier === undefined) return
  for (const [index, flow] of flows.entries()) {
    const missing = unverifiableIn(flow, verifier)
    if (missing.length === 0) continue
    const message = `The verifier '${verifier.name}' runs no such check, which '${flow.key}' asks for: ${missing.join(', ')}.`
    throw new ApiError(400, { code: 'verifier_refused', param: paramOf(index), message })
  }
}

/**
 * The same for one flow that is written by itself. What was so before may stay: a flow whose sessions are refused anyway can
 * still be renamed, and its link be switched off.
 */
export function refuseNewlyUnverifiable(call: ReadCall, flow: Written, before: Written | null): void {
  const verifier = call.verifiers.of(call.livemode)
  if (verifier === undefined) return
  const had = before === null ? [] : unverifiableIn(before, verifier)
  if (unverifiableIn(flow, verifier).every((check) => had.includes(check))) return
  refuseUnverifiable(call, [flow], () => 'options')
}

/** The checks of a flow that the verifier cannot run; none for an archived flow, which has no sessions. */
function unverifiableIn({ config, status }: Written, verifier: Verifier): readonly Check[] {
  if (status === 'archived' || (config.stripe_flow !== undefined && verifier.page === null)) return []
  return missingChecks(sessionOptions(config), verifier)
}

/** Remembers what a session shows of the flow at Stripe that it was made from: nothing else shows it. */
export async function noteSighting(
  call: WriteCall,
  { livemode, created, remote }: SessionRecord,
  { id, options, redaction }: Observed,
): Promise<void> {
  const flow = remote?.flow ?? null
  // What a redacted session still shows of its options is unverified against the live API.
  if (flow === null || redaction !== null) return
  await keepSighting(call, { livemode, stripe_flow: flow, options, session: id, created })
}

/** The same, for a session that is none of this service's. Edits that deployments left, and that it shows, are made. */
export async function keepSighting({ tx }: WriteCall, sighting: Sighting): Promise<void> {
  const { livemode, stripe_flow } = sighting
  await tx.flows.keepSighting(sighting)
  for (const edit of editsMade(await tx.deployments.openEdits(livemode, stripe_flow), sighting)) {
    await tx.deployments.editMade(livemode, stripe_flow, edit, sighting)
  }
}
