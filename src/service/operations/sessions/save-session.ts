import type { SessionRecord } from '../../../store/sessions.js'
import { ApiError } from '../../api-error.js'
import type { WriteCall } from '../calls/call.js'
import { recordEvent } from '../events/events.js'
import { isOfFlowWithin } from '../flows/find-flow.js'
import { notFoundFor } from '../keys/binding.js'
import { sessionSnapshot } from './session-resource.js'

export const SESSION = 'identity.verification_session'

/** The session, locked until the transaction ends. Throws 404. */
export async function sessionToWrite(call: WriteCall, id: string): Promise<SessionRecord> {
  const { tx, livemode, principal } = call
  const session = await tx.sessions.toWrite(livemode, id)
  if (session === undefined || !(await isOfFlowWithin(call, session.flow))) {
    throw notFoundFor(principal, SESSION, id, 'session')
  }
  return session
}

/** Saves a session whose status has changed, and records the event. */
export async function saveWithEvent(
  call: WriteCall,
  session: SessionRecord,
  what: 'canceled' | 'processing' | 'redacted' | 'requires_input' | 'verified',
): Promise<void> {
  await call.tx.sessions.update(session)
  await recordEvent(call, `identity.verification_session.${what}`, sessionSnapshot(session))
}

/** Inserts a session that can be used, and records the event. */
export async function insertCreated(call: WriteCall, session: SessionRecord): Promise<void> {
  await call.tx.sessions.insert(session)
  await recordEvent(call, 'identity.verification_session.created', sessionSnapshot(session))
}

/** Throws 400 if the status of the session does not permit the request. */
export function refuseUnless(session: SessionRecord, statuses: readonly SessionRecord['status'][], what: string): void {
  if (statuses.includes(session.status)) return
  const message = `The verification session '${session.id}' is ${session.status}: it cannot ${what}. It could while ${statuses.join(' or ')}.`
  throw new ApiError(400, { code: 'session_status_invalid', message })
}

export function refuseRedacted(session: SessionRecord, what: string): void {
  if (session.redaction === null) return
  const message = `The verification session '${session.id}' has been redacted: it cannot be ${what} any more.`
  throw new ApiError(400, { code: 'session_redacted', message })
}
