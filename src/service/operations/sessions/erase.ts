import type { ReportChecks, VerifiedOutputs } from '../../../model/resources.js'
import type { SessionRecord } from '../../../store/sessions.js'
import type { WriteCall } from '../calls/call.js'
import { saveWithEvent } from './save-session.js'
import { sessionSnapshot } from './session-resource.js'

const REDACTED = '[redacted]'
const REDACTED_DATE = { day: 1, month: 1, year: 1 }

/** Members whose text is not personal, as at Stripe. */
const KEPT = new Set(['status', 'error', 'country', 'issuing_country', 'id_number_type', 'type'])

/**
 * Erases the person's data in the session, its reports, its events and the stored answers, and saves it as being
 * redacted. One that was open is canceled.
 */
export async function erase(call: WriteCall, session: SessionRecord, due: number | null): Promise<SessionRecord> {
  await eraseElsewhere(call, session.id)
  const isOpen = session.status === 'requires_input'
  const status = isOpen ? 'canceled' : session.status
  const erased: SessionRecord = { ...withoutPerson(session), status, redaction: 'processing', due }
  if (isOpen) await saveWithEvent(call, erased, 'canceled')
  else await call.tx.sessions.update(erased)
  const answer = `${JSON.stringify(sessionSnapshot(erased), null, 2)}\n`
  await call.tx.idempotency.rewrite(session.id, answer)
  return erased
}

/** The return address is erased too: applications put names of people into it. */
function withoutPerson(session: SessionRecord): SessionRecord {
  return {
    ...session,
    metadata: {},
    provided_details: redacted(session.provided_details),
    verified_outputs: redacted<VerifiedOutputs | null>(session.verified_outputs),
    return_url: null,
    picked: null,
    remote: session.remote && { ...session.remote, url: null, client_secret: null, expires: null },
    link_visitor: null,
  }
}

async function eraseElsewhere({ tx }: WriteCall, session: string): Promise<void> {
  for (const { id, checks } of await tx.reports.ofSession(session)) {
    await tx.reports.update({ id, checks: redacted<ReportChecks>(checks) })
  }
  await tx.reviews.erase(session, REDACTED)
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
