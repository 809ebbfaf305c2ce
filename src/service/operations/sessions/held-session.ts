import type { SessionRecord } from '../../../store/sessions.js'
import type { HeldSession, OpenRequest } from '../../../verifier/verifier.js'

/** What a verifier gets to open a session. `flow` is the key that its flow has now. */
export function openRequest(session: SessionRecord, flow: string | null): OpenRequest {
  const { flow_version, related_customer, related_customer_account, given } = session
  return {
    ...factsOf(session),
    session: session.id,
    bound: session.remote?.flow ?? null,
    flow,
    flow_version,
    related_customer,
    related_customer_account,
    given: given as OpenRequest['given'],
  }
}

/** What a verifier gets about a session that it has, under the verifier's own id. */
export function heldSession(session: SessionRecord, id: string): HeldSession {
  const { status, redaction, attempt, outcome, picked } = session
  return { ...factsOf(session), id, status, redaction, attempt, note: outcome, picked }
}

function factsOf(session: SessionRecord) {
  const { livemode, type, options, provided_details, metadata, client_reference_id, return_url } = session
  return { livemode, type, options, provided_details, metadata, client_reference_id, return_url }
}
