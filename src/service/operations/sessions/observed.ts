import type { SessionRecord } from '../../../store/sessions.js'
import type { Verdict } from '../../../verifier/verdict.js'
import type { EndedAttempt, Observed } from '../../../verifier/verifier.js'
import type { WriteCall } from '../calls/call.js'
import { saveWithEvent } from './save-session.js'

/**
 * Updates a session to what its verifier reports, with one event for each status it has passed through, and saves it.
 * Applied twice, or late, it changes nothing: attempts are known by name, and a session canceled or redacted here stays
 * so.
 */
export async function applyObserved(call: WriteCall, found: SessionRecord, observed: Observed): Promise<SessionRecord> {
  let session = withEntrance(found, observed)
  if (session.redaction !== null) {
    const isDone = session.redaction === 'processing' && observed.redaction === 'redacted'
    return isDone ? finishRedaction(call, session) : saved(call, session)
  }
  if (session.status === 'canceled') return saved(call, session)
  const { ended } = observed
  if (ended !== null && isNews(session, ended)) session = await endElsewhere(call, session, ended)
  if (observed.status === 'processing' && session.status === 'requires_input') return beginAttempt(call, session)
  if (observed.status === 'canceled') {
    const canceled: SessionRecord = { ...session, status: 'canceled' }
    await saveWithEvent(call, canceled, 'canceled')
    return canceled
  }
  return saved(call, session)
}

async function saved(call: WriteCall, session: SessionRecord): Promise<SessionRecord> {
  await call.tx.sessions.update(session)
  return session
}

function withEntrance(session: SessionRecord, { id, entrance }: Observed): SessionRecord {
  if (session.remote === null) return session
  const { url = null, client_secret = null, expires = null } = entrance ?? {}
  // A session redacted or canceled here stays closed, whatever the verifier reports.
  const isOpen = session.redaction === null && session.status !== 'canceled'
  return { ...session, remote: { ...session.remote, id, ...(isOpen ? { url, client_secret, expires } : CLOSED) } }
}

const CLOSED = { url: null, client_secret: null, expires: null }

/** An attempt that is verified here ends only once, while the session is processing. */
function isNews({ remote, status }: SessionRecord, { name }: EndedAttempt): boolean {
  return remote === null ? status === 'processing' : remote.attempt !== name
}

async function endElsewhere(call: WriteCall, found: SessionRecord, ended: EndedAttempt): Promise<SessionRecord> {
  // The attempt ended before it was seen to begin, so "processing" is recorded first.
  const wasMissed = found.status === 'requires_input' && ended.verdict.checks !== null
  const session = wasMissed ? await beginAttempt(call, found) : found
  const remote = session.remote && { ...session.remote, attempt: ended.name }
  return endAttempt(call, { ...session, remote }, ended.verdict, ended.report)
}

async function beginAttempt(call: WriteCall, session: SessionRecord): Promise<SessionRecord> {
  const attempt = session.attempt + 1
  const processing: SessionRecord = { ...session, status: 'processing', last_error: null, attempt }
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
  if (report) {
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
    outcome: null,
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
