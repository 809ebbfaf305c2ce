import type { SessionRecord } from '../../../store/sessions.js'
import type { WorkRecord } from '../../../store/work.js'
import { missingChecks } from '../../../verifier/checks.js'
import type { Doing, Observed, Verifier } from '../../../verifier/verifier.js'
import { VerifierError } from '../../../verifier/verifier-error.js'
import { ApiError } from '../../api-error.js'
import type { Later, Service, WriteCall } from '../calls/call.js'
import { SERVICE } from '../calls/principal.js'
import { nextTry } from '../work/next-try.js'
import { heldSession, openRequest } from './held-session.js'
import { applyObserved, finishRedaction, lastAnswer } from './observed.js'
import { askVerifier, failureOf, unavailable, verifierOf } from './remote/ask.js'
import { givenUp, lostSession } from './remote/lost.js'
import { openingOf, settleOpened } from './remote/opened.js'
import { nameOf, readAt, type SessionWork, VERIFIER_LEASE, workOf } from './remote/session-work.js'

/**
 * What happens to a session of a remote verifier. The example is POST /v1/identity/verification_sessions:
 *
 * 1. One transaction writes two things: the work `session.open`, leased to this process, which holds the session; and a
 *    record under the caller's idempotency key that the request is under way. There is no session yet, and no event.
 * 2. Without an open transaction, the verifier is called. The id of the work is our idempotency key.
 * 3. Another transaction settles it: it stores the session under the verifier's id, with its address and client secret,
 *    records the event `created`, stores the answer under the caller's key, and deletes the work. Then the caller is
 *    answered.
 *
 * What may go wrong:
 *
 * - The process ends between 1 and 3, or the verifier does not answer. The work stays. When the lease is over, or after
 *   a wait, any process repeats the call under the same key, so the verifier answers with the session that it may have
 *   made the first time. The caller, if still connected, gets 503. A retry under the caller's own key finds the same
 *   session: it gets the settled answer, or goes on with the work itself, or gets 409 while another process is doing
 *   that.
 * - The verifier refuses. A transaction deletes the work and the record of the caller's key.
 * - The verifier could not be reached for so long that it may have forgotten our key. A call made then could open a second
 *   session, so the one that may have been opened is looked for. If there is none, everything is deleted likewise.
 *
 * `update` and `cancel` work the same way, but change the session only when settled: a change that the verifier refuses
 * was never shown to anybody. `redact` erases our own data at once; a worker passes it on to the verifier and repeats
 * that until it succeeds. `read` is work too: a webhook makes it due, and so does time, because webhooks can get lost.
 * A session takes one changing call at a time: others get 409, and clients send those again by themselves. So a
 * repeated call always has the same content, as an idempotency key requires.
 *
 * Answers may come in another order than the verifier gave them. One that was asked for before another was applied
 * changes nothing: the session is read again instead (observed.ts).
 */

/** Time limit of one call, in milliseconds. */
export const TIME_LIMIT = 20_000

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Stripe, for example, may forget an idempotency key after a day: the same call is repeated only until then. */
const PATIENCE = 23 * HOUR

/** Until then, a session that may have been opened is looked for. What an application gave about a person is kept no longer. */
const LOOKED_FOR = DAY

/** For so long after its creation, in seconds, a session is read again where nothing is heard of it. */
const LOOKED_AT = 7 * DAY

/** What a call changes in the session after the verifier has done it. */
export type SessionChange = Pick<SessionRecord, 'type' | 'options' | 'metadata' | 'provided_details'>

/** Throws 400 if the verifier of new sessions lacks one of the checks. */
export function refuseMissingChecks(
  verifier: Verifier,
  { options }: Pick<SessionRecord, 'options'>,
  param: string,
): void {
  const missing = missingChecks(options, verifier)
  if (missing.length === 0) return
  const message = `The verifier '${verifier.name}' runs no such check: ${missing.join(', ')}.`
  throw new ApiError(400, { code: 'verifier_refused', param, message })
}

export type Answering<T> = (call: WriteCall, session: SessionRecord) => Promise<T>

/** Changes a session at its verifier before the caller is answered. Throws 409 while another change is under way. */
export async function changeLater<T>(
  call: WriteCall,
  session: SessionRecord,
  kind: 'session.update' | 'session.cancel',
  { change = null, answer }: { readonly change?: SessionChange | null; readonly answer: Answering<T> },
): Promise<void> {
  const work = workOf(call, session, kind, change && { ...change })
  const leased = { ...work, attempts: 1, leased_until: call.now + VERIFIER_LEASE }
  if (!(await call.tx.work.insert(leased))) throw changing()
  call.later(answered(leased, answer))
}

/** Makes the verifier erase the person's data, in the background. Throws 409 while a change is under way. */
export async function redactLater(call: WriteCall, session: SessionRecord): Promise<void> {
  if (!(await call.tx.work.insert(workOf(call, session, 'session.redact')))) throw changing()
  call.wake()
}

/**
 * Continues the unfinished change of a session before the caller is answered; with `orRead`, reads the session if there
 * is none. Throws 409 while another process is doing it.
 */
export async function goOnLater<T>(
  call: WriteCall,
  session: SessionRecord,
  { orRead, answer }: { readonly orRead: boolean; readonly answer: Answering<T> },
): Promise<'later' | 'nothing'> {
  const { tx, now } = call
  let work = await tx.work.named(nameOf(session.id, 'session.update'))
  if (work === undefined && orRead) {
    await readAt(call, session, now)
    work = await tx.work.named(nameOf(session.id, 'session.read'))
  }
  if (work === undefined) return 'nothing'
  const taken = await tx.work.take(work.id, { now, leaseUntil: now + VERIFIER_LEASE })
  if (taken === undefined) throw changing()
  call.later(answered(taken, answer))
  return 'later'
}

export function answered<T>(work: WorkRecord, answer: Answering<T>): Later<T> {
  return async (service) => {
    const { outcome, settle } = await makeCall(service, work)
    return async (call) => {
      const inMode = { ...call, livemode: work.livemode }
      const session = await settle(inMode)
      if (outcome instanceof VerifierError) return { failure: failureOf(outcome) }
      // It was given up by another process, after a day.
      if (session === undefined) return { failure: unavailable() }
      return { answer: await answer(inMode, session) }
    }
  }
}

export interface MadeCall {
  readonly outcome: Observed | VerifierError
  /** Answers the session after settling; undefined if it was not opened. */
  settle(call: WriteCall): Promise<SessionRecord | undefined>
}

/** Makes the call that the work describes, without an open transaction. Throws only faults of the store. */
export async function makeCall(service: Service, work: WorkRecord): Promise<MadeCall> {
  const { livemode, object } = work
  const { session, now } = await service.read({ livemode, principal: SERVICE }, async (call) => ({
    session: openingOf(work)?.session ?? (await call.tx.sessions.byId(livemode, object)),
    now: call.now,
  }))
  if (session === undefined) return { outcome: missing(), settle: (call) => settleMissing(call, work) }
  const outcome = isGivenUp(work, now) ? givenUp() : await outcomeOf(service, session, work, now)
  return { outcome, settle: (call) => settle(call, work, { session, asked: now }, outcome) }
}

/** Erasing personal data and reading results must succeed at some time, however long it takes. */
function isForEver(kind: string): boolean {
  return kind === 'session.redact' || kind === 'session.read'
}

/** Whether the verifier may have forgotten our key. */
export function isTooLate({ kind, created }: WorkRecord, now: number): boolean {
  return !isForEver(kind) && now - created > PATIENCE
}

/** Whether nothing is left to be tried. */
function isGivenUp(work: WorkRecord, now: number): boolean {
  return isTooLate(work, now) && (openingOf(work) === undefined || now - work.created > LOOKED_FOR)
}

async function outcomeOf(
  service: Service,
  session: SessionRecord,
  work: WorkRecord,
  now: number,
): Promise<Observed | VerifierError> {
  const verifier = verifierOf(service, session)
  const opening = openingOf(work)
  return askVerifier(TIME_LIMIT, ({ signal }) => {
    if (opening === undefined) return called(verifier, session, work, { key: work.id, signal })
    const request = openRequest(session, opening.flow)
    return isTooLate(work, now)
      ? lostSession(verifier, request, work, { signal })
      : verifier.open(request, { key: work.id, signal })
  })
}

async function called(verifier: Verifier, session: SessionRecord, work: WorkRecord, doing: Doing): Promise<Observed> {
  const id = session.remote?.id ?? null
  if (id === null) throw missing()
  const held = heldSession(changed(session, work), id)
  switch (work.kind as Exclude<SessionWork, 'session.open'>) {
    case 'session.update':
      return verifier.update({ ...held, before: session }, doing)
    case 'session.cancel':
      return verifier.cancel(held, doing)
    case 'session.redact':
      return verifier.redact(held, doing)
    case 'session.read':
      return verifier.read(held, doing)
  }
}

/** The session with the work's change applied. */
function changed(session: SessionRecord, { payload }: WorkRecord): SessionRecord {
  return payload === null ? session : { ...session, ...(payload as unknown as SessionChange) }
}

/** The session as it was when the call was made, and when that was. */
interface Asked {
  readonly session: SessionRecord
  readonly asked: number
}

async function settle(
  call: WriteCall,
  work: WorkRecord,
  { session, asked }: Asked,
  outcome: Observed | VerifierError,
): Promise<SessionRecord | undefined> {
  if (openingOf(work) !== undefined) {
    if (outcome instanceof VerifierError) return settleNotOpened(call, work, outcome)
    return lookingAgain(call, await settleOpened(call, work, { session, asked }, outcome))
  }
  const found = await call.tx.sessions.toWrite(work.livemode, work.object)
  if (found === undefined) return settleMissing(call, work)
  if (outcome instanceof VerifierError) return settleFailure(call, found, work, outcome)
  const isGone = (await call.tx.work.finish(work)) === 'gone'
  // Another process has settled it, and the session may have changed since.
  if (isGone) return found
  const order = { asked, last: lastAnswer(session) }
  return lookingAgain(call, await applyObserved(call, changed(found, work), outcome, order))
}

async function settleMissing({ tx }: WriteCall, work: WorkRecord): Promise<undefined> {
  await tx.work.finish(work)
}

/** Schedules the next look at a session whose verifier has answered. */
async function lookingAgain<Session extends SessionRecord | undefined>(
  call: WriteCall,
  session: Session,
): Promise<Session> {
  const look = session === undefined ? null : nextLook(call, session)
  if (session !== undefined && look !== null) await readAt(call, session, look)
  return session
}

/** When to read the session again without a webhook, since a webhook may be lost. */
function nextLook({ now }: WriteCall, { status, redaction, created }: SessionRecord): number | null {
  if (redaction === 'processing') return now + HOUR
  if (redaction !== null) return null
  if (status === 'processing') return now + MINUTE
  return status === 'requires_input' && now - created < LOOKED_AT ? now + 6 * HOUR : null
}

/** The opening of a session failed. Nothing was there that could be left. */
async function settleNotOpened(
  { tx, now }: WriteCall,
  work: WorkRecord,
  { fault, retryAfter }: VerifierError,
): Promise<undefined> {
  if (fault === 'unavailable') await tx.work.postpone(work, now + nextTry(work.attempts, retryAfter))
  else if ((await tx.work.finish(work)) !== 'gone') await tx.idempotency.forgetAbout(work.object)
}

async function settleFailure(
  call: WriteCall,
  session: SessionRecord,
  work: WorkRecord,
  error: VerifierError,
): Promise<SessionRecord | undefined> {
  const { tx, now } = call
  const kind = work.kind as SessionWork
  // A verifier that does not know the session has nothing to erase.
  if (kind === 'session.redact' && error.fault === 'missing') {
    await tx.work.finish(work)
    return finishRedaction(call, session)
  }
  // The service's account at the verifier is another one now: it will not know the session later either.
  if (kind === 'session.read' && error.fault === 'missing' && now - session.created > LOOKED_AT) {
    await tx.work.finish(work)
    return session
  }
  if (error.fault === 'unavailable' || isForEver(kind)) {
    await tx.work.postpone(work, now + nextTry(work.attempts, error.retryAfter))
    return session
  }
  const isGone = (await tx.work.finish(work)) === 'gone'
  if (isGone) return session
  // The caller's key is free again, as after every refusal. The session is read to see its state at the verifier.
  await tx.idempotency.forgetStatus(session.id, 409)
  await readAt(call, session, now)
  return session
}

function missing(): VerifierError {
  return new VerifierError('missing', 'It has no such session.')
}

export function changing(): ApiError {
  const message =
    'Another change of this verification session is under way at its verifier. Send the request again a little later.'
  return new ApiError(409, { code: 'lock_timeout', message })
}
