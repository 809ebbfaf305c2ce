import type { RemoteSession, SessionRecord } from '../../../../store/sessions.js'
import type { WorkRecord } from '../../../../store/work.js'
import type { Observed } from '../../../../verifier/verifier.js'
import type { WriteCall } from '../../calls/call.js'
import { applyObserved, lastAnswer } from '../observed.js'
import { insertCreated } from '../save-session.js'

/**
 * A session that is still to be opened at its verifier. Nobody has seen it yet, so it is not among the sessions: it is
 * part of the work, under an id that no caller ever sees. Once opened it has the verifier's id, everywhere.
 */
export interface Opening {
  readonly session: SessionRecord
  /** The key of its flow then: every attempt sends the same one. */
  readonly flow: string | null
}

export function openingOf({ kind, payload }: WorkRecord): Opening | undefined {
  return kind === 'session.open' ? (payload as unknown as Opening) : undefined
}

export function notOpened(verifier: string, flow: string | null): RemoteSession {
  const nothing = { id: null, url: null, client_secret: null, expires: null }
  return { verifier, flow, ...nothing, attempt: null, seen: null, answers: 0 }
}

/** Stores the session that was opened. Another process may have stored it before, from the same answer. */
export async function settleOpened(
  call: WriteCall,
  work: WorkRecord,
  { session, asked }: { readonly session: SessionRecord; readonly asked: number },
  observed: Observed,
): Promise<SessionRecord | undefined> {
  const isGone = (await call.tx.work.finish(work)) === 'gone'
  const { remote } = session
  if (remote === null) return undefined
  const known = await call.tx.sessions.atVerifier(remote.verifier, observed.id)
  if (known !== undefined) {
    const found = (await call.tx.sessions.toWrite(known.livemode, known.id)) ?? known
    return applyObserved(call, found, observed, { asked, last: remote.answers })
  }
  // It was given up in the meantime.
  if (isGone) return undefined
  const opened: SessionRecord = { ...session, id: observed.id, remote: { ...remote, id: observed.id } }
  await call.tx.idempotency.rename(session.id, opened.id)
  await insertCreated(call, opened)
  return applyObserved(call, opened, observed, { asked, last: lastAnswer(opened) })
}
