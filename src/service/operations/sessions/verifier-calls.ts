import type { SessionRecord } from '../../../store/sessions.js'
import type { WorkRecord } from '../../../store/work.js'
import { missingChecks } from '../../../verifier/checks.js'
import type { Doing, Observed, Verifier } from '../../../verifier/verifier.js'
import { VerifierError } from '../../../verifier/verifier-error.js'
import { ApiError } from '../../api-error.js'
import type { Later, Service, WriteCall } from '../calls/call.js'
import { SERVICE } from '../calls/principal.js'
import { laneOf, type RemoteVerifier } from '../calls/verifiers.js'
import { nextTry } from '../work/next-try.js'
import { heldSession, openRequest } from './held-session.js'
import { applyObserved, finishRedaction } from './observed.js'
import { tellCreated } from './save-session.js'

/**
 * What happens to a session that is verified on the other side of a network. Take POST /v1/identity/verification_sessions:
 *
 * 1. A transaction writes the session, which has no address yet, the work `session.open`, leased to this process, and under
 *    the caller's idempotency key that the request is under way. Nobody is told of the session.
 * 2. With no transaction open, the verifier is called, under the id of the work as idempotency key of ours.
 * 3. A transaction settles it: it keeps the verifier's id, address and client secret with the session, records the event
 *    `created`, stores the answer under the caller's key, and drops the work. The caller is answered.
 *
 * What may go wrong, and what holds then:
 *
 * - The process ends between 1 and 3, or the verifier does not answer. The work stays: when the lease is over, or after a
 *   wait, a worker of any process makes the call again, under the same key, so that the verifier answers with the session
 *   that it may have made the first time. The caller gets 503 if there is somebody left to answer, and by a retry under its
 *   own key the same session: settled, or by going on with the work there and then, or 409 while somebody else is at it.
 * - The verifier refuses. A transaction drops the session, the work and the caller's key: it is as if it never was.
 * - Nobody could reach the verifier for so long that it may have forgotten our key. The same, for a call made then could
 *   open a second session.
 *
 * `update` and `cancel` go the same way, but change the session only when they are settled: what the verifier refuses was
 * never said to anybody. `redact` erases what is kept here at once, and is told to the verifier by a worker, for as long as
 * it takes. `read` is work too: a webhook of the verifier makes it due, and so does time, for webhooks that are lost. A session
 * takes one call at a time that changes it: others are refused meanwhile, with 409, which clients send again by themselves.
 * So a call that is made again says what it said before, as an idempotency key demands.
 */
type Kind = 'session.open' | 'session.update' | 'session.cancel' | 'session.redact' | 'session.read'

/** Seconds that a call belongs to its worker alone: well above what it may take. */
export const VERIFIER_LEASE = 60
/** For one call, in milliseconds. */
const TIME_LIMIT = 20_000

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Stripe, for one, may forget an idempotency key after a day: until then the same call is made again. */
const PATIENCE = 23 * HOUR

/** What a call changes of the session, once the verifier has done it. */
export type SessionChange = Pick<SessionRecord, 'type' | 'options' | 'metadata' | 'provided_details'>

/** The verifier of a session elsewhere. Throws 503 where this process has none of that name. */
function verifierOf({ verifiers }: Pick<WriteCall, 'verifiers'>, { remote }: SessionRecord): RemoteVerifier {
  const verifier = remote === null ? undefined : verifiers.remote(remote.verifier)
  if (verifier === undefined) throw unavailable()
  return verifier
}

/** Throws 400 where the verifier of new sessions does not run all of the checks. */
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

type Answering<T> = (call: WriteCall, session: SessionRecord) => Promise<T>

/**
 * Has a session changed at its verifier before the caller is answered. Throws 409 while another change is under way.
 */
export async function changeLater<T>(
  call: WriteCall,
  session: SessionRecord,
  kind: Exclude<Kind, 'session.redact' | 'session.read'>,
  { change = null, answer }: { readonly change?: SessionChange | null; readonly answer: Answering<T> },
): Promise<void> {
  const work = workOf(call, session, kind, change && { ...change })
  const leased = { ...work, attempts: 1, leased_until: call.now + VERIFIER_LEASE }
  if (!(await call.tx.work.insert(leased))) throw changing()
  call.later(answered(leased, answer))
}

/** Has the verifier erase what it knows of the person, in the background. Throws 409 while a change is under way. */
export async function redactLater(call: WriteCall, session: SessionRecord): Promise<void> {
  if (!(await call.tx.work.insert(workOf(call, session, 'session.redact')))) throw changing()
  call.wake()
}

/** Has the session read at its verifier, in the background, at a time or sooner. */
export async function readAt(call: WriteCall, session: SessionRecord, at: number): Promise<void> {
  await call.tx.work.schedule({ ...workOf(call, session, 'session.read'), next_attempt: at })
  if (at <= call.now) call.wake()
}

/**
 * Goes on with what is under way of a session before the caller is answered, or with `orRead` reads it first. Throws 409 where
 * somebody is at it.
 */
export async function goOnLater<T>(
  call: WriteCall,
  session: SessionRecord,
  { orRead, answer }: { readonly orRead: boolean; readonly answer: Answering<T> },
): Promise<'later' | 'nothing'> {
  const { tx, now } = call
  let work = await tx.work.named(nameOf(session.id, 'session.open'))
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

function answered<T>(work: WorkRecord, answer: Answering<T>): Later<T> {
  return async (service) => {
    const { outcome, settle } = await makeCall(service, work)
    return async (call) => {
      const inMode = { ...call, livemode: work.livemode }
      const session = await settle(inMode)
      if (outcome instanceof VerifierError) return { failure: failureOf(outcome) }
      // It was settled by somebody else, and dropped: redacted sessions and canceled ones stay.
      if (session === undefined) return { failure: unavailable() }
      return { answer: await answer(inMode, session) }
    }
  }
}

export interface MadeCall {
  readonly outcome: Observed | VerifierError
  /** Answers the session as it is then; undefined where it was dropped. */
  settle(call: WriteCall): Promise<SessionRecord | undefined>
}

/** Makes the call that work stands for, with no transaction open. Never throws but for faults of the store. */
export async function makeCall(service: Service, work: WorkRecord): Promise<MadeCall> {
  const { livemode, object } = work
  const { session, now } = await service.read({ livemode, principal: SERVICE }, async (call) => ({
    session: await call.tx.sessions.byId(livemode, object),
    now: call.now,
  }))
  const outcome =
    session === undefined ? missing() : isTooLate(work, now) ? givenUp() : await outcomeOf(service, session, work)
  return { outcome, settle: (call) => settle(call, work, outcome) }
}

/** What is known of a person has to go, and what became of a session has to be known, however long it takes. */
function isForEver(kind: string): boolean {
  return kind === 'session.redact' || kind === 'session.read'
}

function isTooLate({ kind, created }: WorkRecord, now: number): boolean {
  return !isForEver(kind) && now - created > PATIENCE
}

async function outcomeOf(
  service: Service,
  session: SessionRecord,
  work: WorkRecord,
): Promise<Observed | VerifierError> {
  const verifier = verifierOf(service, session)
  const doing = { key: work.id, signal: AbortSignal.timeout(TIME_LIMIT) }
  try {
    return await unlessOver(doing.signal, called(verifier, session, work, doing))
  } catch (cause) {
    // A fault of the verifier's adapter is none of the caller's: nobody knows what was done.
    if (cause instanceof VerifierError) return cause
    if (doing.signal.aborted) return new VerifierError('unavailable', 'It did not answer in time.')
    return new VerifierError('unavailable', 'The verifier could not be asked.', { cause })
  }
}

/** A verifier that does not heed the signal is not waited for. */
function unlessOver<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const over = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  return Promise.race([work, over])
}

async function called(verifier: Verifier, session: SessionRecord, work: WorkRecord, doing: Doing): Promise<Observed> {
  const id = session.remote?.id ?? null
  if (work.kind === 'session.open') return verifier.open(openRequest(session), doing)
  if (id === null) throw missing()
  const held = heldSession(changed(session, work), id)
  switch (work.kind as Exclude<Kind, 'session.open'>) {
    case 'session.update':
      return verifier.update(held, doing)
    case 'session.cancel':
      return verifier.cancel(held, doing)
    case 'session.redact':
      return verifier.redact(held, doing)
    case 'session.read':
      return verifier.read(held, doing)
  }
}

/** The session with what the work changes of it. */
function changed(session: SessionRecord, { payload }: WorkRecord): SessionRecord {
  return payload === null ? session : { ...session, ...(payload as unknown as SessionChange) }
}

async function settle(
  call: WriteCall,
  work: WorkRecord,
  outcome: Observed | VerifierError,
): Promise<SessionRecord | undefined> {
  const session = await call.tx.sessions.toWrite(work.livemode, work.object)
  if (session === undefined) {
    await call.tx.work.finish(work)
    return undefined
  }
  return outcome instanceof VerifierError
    ? settleFailure(call, session, work, outcome)
    : settleDone(call, session, work, outcome)
}

async function settleDone(
  call: WriteCall,
  found: SessionRecord,
  work: WorkRecord,
  observed: Observed,
): Promise<SessionRecord> {
  const isGone = (await call.tx.work.finish(work)) === 'gone'
  // Somebody else has settled it, and the session may have been changed since.
  if (isGone) return found
  if (work.kind === 'session.open' && found.remote?.id === null) await tellCreated(call, found)
  const session = await applyObserved(call, changed(found, work), observed)
  const look = nextLook(call, session)
  if (look !== null) await readAt(call, session, look)
  return session
}

/** When the session is read again though nobody says that it has changed: a webhook may be lost. */
function nextLook({ now }: WriteCall, { status, redaction, created }: SessionRecord): number | null {
  if (redaction === 'processing') return now + HOUR
  if (redaction !== null) return null
  if (status === 'processing') return now + MINUTE
  return status === 'requires_input' && now - created < 7 * DAY ? now + 6 * HOUR : null
}

async function settleFailure(
  call: WriteCall,
  session: SessionRecord,
  work: WorkRecord,
  error: VerifierError,
): Promise<SessionRecord | undefined> {
  const { tx, now } = call
  const kind = work.kind as Kind
  // What the verifier does not know it has nothing to erase of.
  if (kind === 'session.redact' && error.fault === 'missing') {
    await tx.work.finish(work)
    return finishRedaction(call, session)
  }
  if (error.fault === 'unavailable' || isForEver(kind)) {
    await tx.work.postpone(work, now + nextTry(work.attempts, error.retryAfter))
    return session
  }
  const isGone = (await tx.work.finish(work)) === 'gone'
  if (isGone) return session
  if (kind === 'session.open') {
    await tx.idempotency.forgetAbout(session.id)
    await tx.sessions.delete(session.id)
    return undefined
  }
  // The caller's key is free again, as that of every request that is refused. What it is at the verifier has to be seen.
  await tx.idempotency.forgetStatus(session.id, 409)
  await readAt(call, session, now)
  return session
}

function workOf(
  call: WriteCall,
  { id, livemode, remote }: SessionRecord,
  kind: Kind,
  payload: WorkRecord['payload'] = null,
): WorkRecord {
  return {
    id: call.id('wrk'),
    kind,
    name: nameOf(id, kind),
    livemode,
    lane: laneOf(remote?.verifier ?? '', livemode),
    object: id,
    payload,
    attempts: 0,
    next_attempt: call.now,
    leased_until: null,
    created: call.now,
  }
}

/** All that changes a session has one name, and so there is one such call at a time. */
function nameOf(session: string, kind: Kind): string {
  return `${kind === 'session.read' ? 'read' : 'change'}:${session}`
}

function failureOf({ fault, message }: VerifierError): ApiError {
  if (fault === 'unavailable') return unavailable()
  return new ApiError(400, { code: 'verifier_refused', message: `The verifier refused this: ${message}` })
}

function unavailable(): ApiError {
  const message =
    'The verifier does not answer at the moment. What was asked for is kept, and tried again: send the same request again, with the same idempotency key, for the answer.'
  return new ApiError(503, { type: 'api_error', code: 'verifier_unavailable', message })
}

function givenUp(): VerifierError {
  return new VerifierError('refused', 'It could not be reached for so long that this was given up.')
}

function missing(): VerifierError {
  return new VerifierError('missing', 'It has no such session.')
}

function changing(): ApiError {
  const message =
    'Another change of this verification session is under way at its verifier. Send the request again a little later.'
  return new ApiError(409, { code: 'lock_timeout', message })
}
