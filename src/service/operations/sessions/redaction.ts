import type { ReportChecks, VerificationSession, VerifiedOutputs } from '../../../model/resources.js'
import type { SessionRecord } from '../../../store/sessions.js'
import type { WriteCall } from '../calls/call.js'
import { type Expand, NOTHING } from '../calls/expand.js'
import { finishRedaction } from './observed.js'
import { refuseUnless, saveWithEvent, sessionToWrite } from './save-session.js'
import { oneSessionResource, sessionSnapshot } from './session-resource.js'
import { redactLater } from './verifier-calls.js'

const REDACTED = '[redacted]'
const REDACTED_DATE = { day: 1, month: 1, year: 1 }

/** Members whose text is not personal, as at Stripe. */
const KEPT = new Set(['status', 'error', 'country', 'issuing_country', 'id_number_type', 'type'])

/**
 * Erases the person's data in the session, its reports, its events and the stored answers, all in this transaction. The
 * session is marked as redacted later, when its verifier has erased the data too. Redacting it again does nothing.
 */
export async function redactSession(
  call: WriteCall,
  id: string,
  expand: Expand = NOTHING,
): Promise<VerificationSession> {
  const session = await sessionToWrite(call, id)
  if (session.redaction !== null) return oneSessionResource(call, session, expand)
  refuseUnless(session, ['requires_input', 'verified'], 'be redacted')
  await eraseElsewhere(call, session.id)
  const isOpen = session.status === 'requires_input'
  const isHere = session.remote === null
  const redacting: SessionRecord = {
    ...erase(session),
    status: isOpen ? 'canceled' : session.status,
    redaction: 'processing',
    due: isHere && call.processing > 0 ? call.now + call.processing : null,
  }
  if (!isHere) await redactLater(call, session)
  if (isOpen) await saveWithEvent(call, redacting, 'canceled')
  else await call.tx.sessions.update(redacting)
  const answer = `${JSON.stringify(sessionSnapshot(redacting), null, 2)}\n`
  await call.tx.idempotency.rewrite(session.id, answer)
  const left = isHere && redacting.due === null ? await finishRedaction(call, redacting) : redacting
  return oneSessionResource(call, left, expand)
}

/** The return address is erased too: applications put names of people into it. */
function erase(session: SessionRecord): SessionRecord {
  return {
    ...session,
    metadata: {},
    provided_details: redacted(session.provided_details),
    verified_outputs: redacted<VerifiedOutputs | null>(session.verified_outputs),
    return_url: null,
    remote: session.remote && { ...session.remote, url: null, client_secret: null, expires: null },
    link_visitor: null,
  }
}

async function eraseElsewhere({ tx }: WriteCall, session: string): Promise<void> {
  for (const { id, checks } of await tx.reports.ofSession(session)) {
    await tx.reports.update({ id, checks: redacted<ReportChecks>(checks) })
  }
  for (const { id, data } of await tx.events.ofObject(session)) {
    const provided_details = redacted(data.provided_details)
    await tx.events.update({ id, data: { ...data, provided_details, metadata: {} } })
  }
}

/** The value with its texts and dates replaced. Its shape stays, so that clients can still read it. */
function redacted<T>(value: T, name = ''): T {
  if (KEPT.has(name)) return value
  if (typeof value === 'string') return REDACTED as T
  if (Array.isArray(value)) return [] as T
  if (value === null || typeof value !== 'object') return value
  if ('year' in value) return REDACTED_DATE as T
  return Object.fromEntries(Object.entries(value).map(([member, inner]) => [member, redacted(inner, member)])) as T
}
