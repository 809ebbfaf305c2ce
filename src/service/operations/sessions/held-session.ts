import type { SessionRecord } from '../../../store/sessions.js'
import type { HeldSession, OpenRequest } from '../../../verifier/verifier.js'

/** What a verifier gets to open a session. */
export function openRequest(session: SessionRecord): OpenRequest {
  const { livemode, type, options, provided_details, metadata, client_reference_id, return_url } = session
  return { session: session.id, livemode, type, options, provided_details, metadata, client_reference_id, return_url }
}

/** What a verifier gets about a session that it has, under the verifier's own id. */
export function heldSession(session: SessionRecord, id: string): HeldSession {
  const { status, redaction, attempt, outcome } = session
  return { ...openRequest(session), id, status, redaction, attempt, note: outcome }
}
