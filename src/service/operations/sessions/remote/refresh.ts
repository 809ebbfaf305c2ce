import type { SessionRecord } from '../../../../store/sessions.js'
import { StoreError } from '../../../../store/store-error.js'
import { VerifierError } from '../../../../verifier/verifier-error.js'
import type { Service } from '../../calls/call.js'
import { SERVICE } from '../../calls/principal.js'
import { laneOf } from '../../calls/verifiers.js'
import { heldSession } from '../held-session.js'
import { applyObserved, lastAnswer } from '../observed.js'
import { askVerifier } from './ask.js'

/**
 * How old what is stored may be, in seconds, for an answer without asking the verifier. Webhooks arrive within seconds,
 * so it matters only where one is late or lost. Applications that ask every second cause one call in that time.
 */
const FRESH = 15
/** How long a caller waits for the verifier, in milliseconds: what is stored is an answer too. */
const PATIENCE = 4_000
/** Seconds without a try after the verifier was silent. */
const REST = 5

/** Whether a session may have changed at its verifier without this service having heard of it. */
export function isOld({ remote, status, redaction }: SessionRecord, now: number): boolean {
  if (remote === null || remote.id === null || redaction !== null) return false
  const isOpen = status === 'requires_input'
  if (!isOpen && status !== 'processing') return false
  const isExpired = isOpen && (remote.expires ?? 0) <= now
  return isExpired || remote.seen === null || now - remote.seen > FRESH
}

/**
 * The session as its verifier has it now. If the verifier does not answer in time, or has no such session, it is
 * answered as it is stored: reading works while the verifier does not.
 */
export async function refreshed(service: Service, session: SessionRecord): Promise<SessionRecord> {
  const { remote, livemode } = session
  const verifier = remote === null ? undefined : service.verifiers.remote(remote.verifier)
  if (verifier === undefined) return session
  const lane = laneOf(verifier.name, livemode)
  const asked = service.now()
  if ((service.silent.get(lane) ?? 0) > asked) return session
  const held = heldSession(session, remote?.id ?? session.id)
  const observed = await askVerifier(PATIENCE, (asking) => verifier.read(held, asking))
  if (observed instanceof VerifierError) {
    if (observed.fault === 'unavailable') service.silent.set(lane, asked + REST)
    return session
  }
  service.silent.delete(lane)
  const order = { asked, last: lastAnswer(session) }
  const written = service.write({ livemode, principal: SERVICE }, async (call) => {
    const found = await call.tx.sessions.toWrite(livemode, session.id)
    return found === undefined ? session : applyObserved(call, found, observed, order)
  })
  // A store that takes no writes at the moment can still be read.
  return written.catch((error: unknown) => {
    if (error instanceof StoreError) return session
    throw error
  })
}
