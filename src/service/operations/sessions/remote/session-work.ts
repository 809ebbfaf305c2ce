import type { SessionRecord } from '../../../../store/sessions.js'
import type { WorkRecord } from '../../../../store/work.js'
import type { WriteCall } from '../../calls/call.js'
import { laneOf } from '../../calls/verifiers.js'

/** Work on a session at its verifier: see verifier-calls.ts. */
export type SessionWork = 'session.open' | 'session.update' | 'session.cancel' | 'session.redact' | 'session.read'

/** The lease of a call, in seconds: well above the time that a call may take. */
export const VERIFIER_LEASE = 60

export function workOf(
  call: WriteCall,
  { id, livemode, remote }: SessionRecord,
  kind: SessionWork,
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

/** All changes of a session share one name, so only one is under way at a time. */
export function nameOf(session: string, kind: SessionWork): string {
  return `${kind === 'session.read' ? 'read' : 'change'}:${session}`
}

/** Reads the session at its verifier in the background, at a time or sooner. */
export async function readAt(call: WriteCall, session: SessionRecord, at: number): Promise<void> {
  await call.tx.work.schedule({ ...workOf(call, session, 'session.read'), next_attempt: at })
  if (at <= call.now) call.wake()
}
