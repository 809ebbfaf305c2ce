import type { VerificationSession } from '../../../model/resources.js'
import type { WriteCall } from '../calls/call.js'
import { type Expand, NOTHING } from '../calls/expand.js'
import { audit } from '../people/audit.js'
import { erase } from './erase.js'
import { finishRedaction } from './observed.js'
import { refuseUnless, sessionToWrite } from './save-session.js'
import { oneSessionResource } from './session-resource.js'
import { redactLater } from './verifier-calls.js'

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
  const isHere = session.remote === null
  await audit(call, { action: 'session.redacted', object: id })
  if (!isHere) await redactLater(call, session)
  const due = isHere && call.processing > 0 ? call.now + call.processing : null
  const redacting = await erase(call, session, due)
  const left = isHere && due === null ? await finishRedaction(call, redacting) : redacting
  return oneSessionResource(call, left, expand)
}
