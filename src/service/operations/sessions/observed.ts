import type { SessionRecord } from '../../../store/sessions.js'
import type { Verdict } from '../../../verifier/verdict.js'
import type { EndedAttempt, Observed } from '../../../verifier/verifier.js'
import type { WriteCall } from '../calls/call.js'
import { noteSighting } from '../flows/bound-flows.js'
import { erase } from './erase.js'
import { readAt } from './remote/session-work.js'
import { saveWithEvent } from './save-session.js'

/** When the verifier was asked, and how many of its answers about the session were applied before. */
export interface AnswerOrder {
  /** Unix seconds. */
  readonly asked: number
  readonly last: number
}

/** How many answers of its verifier a session is the result of. */
export function lastAnswer({ remote }: SessionRecord): number {
  return remote?.answers ?? 0
}

/**
 * Updates a session to what its verifier reports, with one event for each status it has passed through, and saves it.
 * Applied twice it changes nothing: attempts are known by name, and a session canceled or redacted here stays so. If
 * another answer was applied after this one was asked for, either may be the newer: then the session stays as it is,
 * and is read again if the two differ.
 */
export async function applyObserved(
  call: WriteCall,
  found: SessionRecord,
  observed: Observed,
  order: AnswerOrder | null,
): Promise<SessionRecord> {
  await noteSighting(call, found, observed)
  if (isLate(found, observed, order)) {
    await readAt(call, found, call.now)
    return saved(call, found)
  }
  const here = withRemote(found, observed, order)
  // It was redacted at the verifier, by hand.
  const isNews = here.remote !== null && here.redaction === null && observed.redaction !== null
  const session = isNews ? await erase(call, here, null) : here
  if (session.redaction !== null) {
    const isDone = session.redaction === 'processing' && observed.redaction === 'redacted'
    // A verifier that had verified the person before it heard of the redaction keeps that status.
    return isDone ? finishRedaction(call, { ...session, status: observed.status }) : saved(call, session)
  }
  if (session.status === 'canceled') return saved(call, session)
  return follow(call, await endElsewhere(call, session, observed.ended), observed)
}

/** Whether an answer may be older than what is stored, and says something else. What is final cannot be old. */
function isLate(session: SessionRecord, observed: Observed, order: AnswerOrder | null): boolean {
  if (order === null || lastAnswer(session) === order.last) return false
  const isFinal = observed.status === 'canceled' || observed.redaction === 'redacted'
  return !isFinal && differs(session, observed)
}

/** Follows to a status that no attempt explains, or that one is beginning now. */
async function follow(call: WriteCall, session: SessionRecord, { status }: Observed): Promise<SessionRecord> {
  if (session.status === status) return saved(call, session)
  if (status === 'processing') return beginAttempt(call, session)
  // Nobody is verified without an attempt that ended so.
  if (status === 'verified') return saved(call, session)
  const isCanceled = status === 'canceled'
  const followed: SessionRecord = {
    ...session,
    status,
    ...(!isCanceled && { verified_outputs: null, verified_at: null }),
  }
  await saveWithEvent(call, followed, status)
  return followed
}

function differs({ status, redaction, remote }: SessionRecord, observed: Observed): boolean {
  const isEnded = observed.ended !== null && observed.ended.name !== remote?.attempt
  return isEnded || status !== observed.status || redaction !== observed.redaction
}

async function saved(call: WriteCall, session: SessionRecord): Promise<SessionRecord> {
  await call.tx.sessions.update(session)
  return session
}

function withRemote(session: SessionRecord, observed: Observed, order: AnswerOrder | null): SessionRecord {
  const { remote } = session
  if (remote === null || order === null) return session
  const { url = null, client_secret = null, expires = null } = observed.entrance ?? {}
  // A session redacted or canceled here stays closed, whatever the verifier reports.
  const isOpen = session.redaction === null && session.status !== 'canceled'
  const entrance = isOpen ? { url, client_secret, expires } : CLOSED
  return {
    ...session,
    // What a flow in the verifier's own dashboard checks is known only from there.
    ...(remote.flow !== null && { options: observed.options }),
    remote: { ...remote, ...entrance, id: observed.id, seen: order.asked, answers: remote.answers + 1 },
  }
}

const CLOSED = { url: null, client_secret: null, expires: null }

/**
 * Ends the attempt, unless that is already known. An attempt that was known with another result was overridden by a
 * reviewer. An attempt that is verified here ends only once, while the session is processing.
 */
async function endElsewhere(call: WriteCall, found: SessionRecord, ended: EndedAttempt | null): Promise<SessionRecord> {
  if (ended === null) return found
  const { status, remote } = found
  const { verdict, name, report } = ended
  if (remote === null) return status === 'processing' ? endAttempt(call, found, verdict, report) : found
  const isKnown = remote.attempt === name
  if (isKnown && (status === 'processing' || status === verdict.status)) return found
  // The attempt ended before it was seen to begin, so "processing" is recorded first.
  const wasMissed = !isKnown && status !== 'processing' && verdict.checks !== null
  const session = wasMissed ? await beginAttempt(call, found) : found
  return endAttempt(call, { ...session, remote: { ...remote, attempt: name } }, verdict, report)
}

async function beginAttempt(call: WriteCall, session: SessionRecord): Promise<SessionRecord> {
  const attempt = session.attempt + 1
  const started = session.started ?? call.now
  const submitted = session.submitted ?? call.now
  const processing: SessionRecord = { ...session, status: 'processing', last_error: null, attempt, started, submitted }
  await saveWithEvent(call, processing, 'processing')
  return processing
}

/** Ends an attempt, with a report if checks were run: the verifier's own, or one that is made here. */
export async function endAttempt(
  call: WriteCall,
  session: SessionRecord,
  verdict: Verdict,
  named: EndedAttempt['report'] = null,
): Promise<SessionRecord> {
  const { checks } = verdict
  const report = checks && { id: named?.id ?? call.id('vr'), created: named?.created ?? call.now, checks }
  const isKnown = report !== null && (await call.tx.reports.byId(session.livemode, report.id)) !== undefined
  if (report && isKnown) await call.tx.reports.update(report)
  else if (report) {
    const { livemode, flow, type, client_reference_id, options } = session
    await call.tx.reports.insert({
      ...report,
      livemode,
      session: session.id,
      flow,
      type,
      client_reference_id,
      options: { ...(options.document && { document: options.document }), ...(options.id_number && { id_number: {} }) },
    })
  }
  const isVerified = verdict.status === 'verified'
  const ended: SessionRecord = {
    ...session,
    status: verdict.status,
    last_error: isVerified ? null : verdict.error,
    last_report: report?.id ?? session.last_report,
    verified_outputs: isVerified ? verdict.outputs : null,
    verified_at: isVerified ? call.now : null,
    // Of a document that was refused it may be known too.
    country: report === null ? session.country : (checks?.document?.issuing_country ?? null),
    // Whoever gave up had begun, wherever the page is.
    started: session.started ?? call.now,
    outcome: null,
    picked: null,
    due: null,
  }
  await saveWithEvent(call, ended, verdict.status)
  return ended
}

export async function finishRedaction(call: WriteCall, session: SessionRecord): Promise<SessionRecord> {
  const redacted: SessionRecord = { ...session, redaction: 'redacted', due: null }
  await saveWithEvent(call, redacted, 'redacted')
  return redacted
}
