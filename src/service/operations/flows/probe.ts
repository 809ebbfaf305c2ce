import type { FlowProbe } from '../../../model/resources.js'
import type { FlowRecord, Sighting } from '../../../store/flows.js'
import type { WorkRecord } from '../../../store/work.js'
import type { HeldSession, Observed, OpenRequest } from '../../../verifier/verifier.js'
import { VerifierError } from '../../../verifier/verifier-error.js'
import { ApiError } from '../../api-error.js'
import type { Caller, Later, Service, WriteCall } from '../calls/call.js'
import { SERVICE } from '../calls/principal.js'
import { laneOf } from '../calls/verifiers.js'
import { askVerifier, failureOf, unavailable } from '../sessions/remote/ask.js'
import { lostSession } from '../sessions/remote/lost.js'
import { VERIFIER_LEASE } from '../sessions/remote/session-work.js'
import { isTooLate, TIME_LIMIT } from '../sessions/verifier-calls.js'
import { nextTry } from '../work/next-try.js'
import { keepSighting } from './bound-flows.js'
import { findFlow } from './find-flow.js'

/**
 * A probe of a bound flow makes a session from the flow at Stripe, sees what it checks, and cancels it. Nobody gets the
 * session, and it is none of this service's.
 *
 * The work `flow.probe` opens the session under its own id as idempotency key. Settled, it leaves what the session
 * showed, and the work `flow.probe_end`, which cancels the session and is repeated until that is done. Wherever a
 * process ends, the next one, or the next probe of the flow, goes on with the work that is left: it finds the session
 * that may have been made, and makes no second one.
 */
type Kind = 'flow.probe' | 'flow.probe_end'

interface Probing {
  readonly verifier: string
  readonly stripe_flow: string
  /** The session at Stripe, once it is known. */
  readonly session: string | null
}

/** Whether work is a step of a probe. */
export function isOfProbe({ kind }: Pick<WorkRecord, 'kind'>): boolean {
  return kind === 'flow.probe' || kind === 'flow.probe_end'
}

/** Probes a bound flow before the caller is answered. Throws 409 while another process is doing that. */
export async function probeFlow(call: WriteCall, idOrKey: string): Promise<FlowProbe> {
  const { tx, livemode, now } = call
  const flow = await findFlow(call, idOrKey)
  const probing = probingOf(call, flow)
  const work = probeWork(call, flow.id, 'flow.probe', probing)
  const begun = (await tx.work.insert(work))
    ? work
    : await taken(call, await tx.work.named(work.name), now + VERIFIER_LEASE)
  call.later(answering(begun, livemode))
  // Only its id counts: the answer comes later.
  const { stripe_flow } = probing
  return toProbe(flow.id, { livemode, stripe_flow, options: {}, session: begun.id, created: now })
}

async function taken({ tx, now }: WriteCall, work: WorkRecord | undefined, leaseUntil: number): Promise<WorkRecord> {
  const found = work && (await tx.work.take(work.id, { now, leaseUntil }))
  if (found === undefined) throw probeUnderWay()
  return found
}

function probeUnderWay(): ApiError {
  const message =
    'A probe of this flow is under way, or was broken off less than a minute ago. Send the request again a little later.'
  return new ApiError(409, { code: 'lock_timeout', message })
}

function probingOf({ verifiers, livemode }: WriteCall, { key, config: { stripe_flow } }: FlowRecord): Probing {
  const verifier = verifiers.of(livemode)
  const param = 'verification_flow'
  if (stripe_flow === undefined) {
    const message = `The flow '${key}' is not bound to a flow at Stripe: there is nothing to probe.`
    throw new ApiError(400, { code: 'verifier_refused', param, message })
  }
  if (verifier === undefined || verifier.page !== null) {
    const message = 'Nobody is verified by Stripe in this mode: there is nothing to probe.'
    throw new ApiError(400, { code: 'verifier_refused', param, message })
  }
  return { verifier: verifier.name, stripe_flow, session: null }
}

/** Its first attempt is under way, by this process. */
function probeWork(call: WriteCall, flow: string, kind: Kind, probing: Probing): WorkRecord {
  const { livemode, now } = call
  return {
    id: call.id('wrk'),
    kind,
    name: `probe:${livemode ? 'live' : 'test'}:${probing.stripe_flow}`,
    livemode,
    lane: laneOf(probing.verifier, livemode),
    object: flow,
    payload: { ...probing },
    attempts: 1,
    next_attempt: now,
    leased_until: now + VERIFIER_LEASE,
    created: now,
  }
}

/** Does what is left of a probe, and answers what was seen. */
function answering(begun: WorkRecord, livemode: boolean): Later<FlowProbe> {
  const caller: Caller = { livemode, principal: SERVICE }
  return async (service) => {
    let { outcome, settle } = await probeStep(service, begun)
    if (begun.kind === 'flow.probe' && !(outcome instanceof VerifierError)) {
      const settleOpened = settle
      const next = await service.write(caller, (call) => settleOpened(call, true))
      if (next !== undefined) ({ outcome, settle } = await probeStep(service, next))
      else settle = async () => undefined
    }
    return async (call) => {
      const inMode = { ...call, livemode }
      await settle(inMode)
      // The request may be sent again under the same key: it goes on with what is left.
      if (outcome instanceof VerifierError) {
        await call.tx.idempotency.forgetStatus(begun.id, 409)
        return { failure: failureOf(outcome) }
      }
      const { stripe_flow } = probingIn(begun)
      const seen = (await call.tx.flows.sightings(livemode)).find((one) => one.stripe_flow === stripe_flow)
      return seen === undefined ? { failure: unavailable() } : { answer: toProbe(begun.object, seen) }
    }
  }
}

function toProbe(flow: string, { livemode, stripe_flow, options, session, created }: Sighting): FlowProbe {
  return {
    id: session,
    object: 'identity.verification_flow_probe',
    created,
    livemode,
    verification_flow: flow,
    stripe_flow,
    options,
  }
}

interface Step {
  readonly outcome: Observed | VerifierError
  /** Answers the work that is left after it, begun already if this process `goesOn`; undefined if there is none. */
  settle(call: WriteCall, goesOn?: boolean): Promise<WorkRecord | undefined>
}

/** One call to the verifier, without an open transaction. */
export async function probeStep(service: Service, work: WorkRecord): Promise<Step> {
  const probing = probingIn(work)
  const verifier = service.verifiers.remote(probing.verifier)
  if (verifier === undefined) throw unavailable()
  const now = await service.read({ livemode: work.livemode, principal: SERVICE }, async (call) => call.now)
  // It may have forgotten the key, and would make a second session.
  const isOver = probing.session === null && isTooLate(work, now)
  const outcome = await askVerifier(TIME_LIMIT, ({ signal }) => {
    if (probing.session !== null) {
      return verifier.cancel(heldOf(work, probing.session, probing), { key: work.id, signal })
    }
    const request = requestOf(work, probing)
    return isOver ? lostSession(verifier, request, work, { signal }) : verifier.open(request, { key: work.id, signal })
  })
  return { outcome, settle: (call, goesOn = false) => settled(call, work, outcome, goesOn) }
}

async function settled(
  call: WriteCall,
  work: WorkRecord,
  outcome: Observed | VerifierError,
  goesOn: boolean,
): Promise<WorkRecord | undefined> {
  const { tx, now, livemode } = call
  if (outcome instanceof VerifierError && outcome.fault === 'unavailable') {
    await tx.work.postpone(work, now + nextTry(work.attempts, outcome.retryAfter))
    return undefined
  }
  const isGone = (await tx.work.finish(work)) === 'gone'
  // A session that cannot be canceled any more needs nothing, and one that was not made neither.
  if (isGone || outcome instanceof VerifierError || work.kind === 'flow.probe_end') return undefined
  const probing = probingIn(work)
  const { id: session, options } = outcome
  await keepSighting(call, { livemode, stripe_flow: probing.stripe_flow, options, session, created: work.created })
  const begun = probeWork(call, work.object, 'flow.probe_end', { ...probing, session })
  const next = goesOn ? begun : { ...begun, attempts: 0, leased_until: null }
  if (!goesOn) call.wake()
  return (await tx.work.insert(next)) ? next : undefined
}

function probingIn({ payload }: WorkRecord): Probing {
  return payload as unknown as Probing
}

/** The same in every attempt, as an idempotency key requires. */
function requestOf({ id, livemode }: WorkRecord, { stripe_flow }: Probing): OpenRequest {
  return {
    session: id,
    livemode,
    type: 'verification_flow',
    options: {},
    provided_details: null,
    metadata: { probe: 'flows drift --probe' },
    // By which it is found again.
    client_reference_id: id,
    return_url: null,
    bound: stripe_flow,
    flow: null,
    flow_version: null,
    related_customer: null,
    related_customer_account: null,
    given: {},
  }
}

function heldOf(work: WorkRecord, id: string, probing: Probing): HeldSession {
  const { type, options, provided_details, metadata, client_reference_id, return_url } = requestOf(work, probing)
  const facts = { type, options, provided_details, metadata, client_reference_id, return_url }
  return { ...facts, livemode: work.livemode, id, status: 'requires_input', redaction: null, attempt: 0, note: null }
}
