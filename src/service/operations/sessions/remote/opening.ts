import type { SessionRecord } from '../../../../store/sessions.js'
import type { WorkRecord } from '../../../../store/work.js'
import type { WriteCall } from '../../calls/call.js'
import { isOfFlowWithin } from '../../flows/find-flow.js'
import { type Answering, answered, changing } from '../verifier-calls.js'
import { type Opening, openingOf } from './opened.js'
import { VERIFIER_LEASE, workOf } from './session-work.js'

/**
 * Opens a session at its verifier before the caller is answered. A visitor of a static link for whom a session is being
 * opened already gets that one. Throws 409 while another process is opening it.
 */
export async function openLater<T>(call: WriteCall, session: SessionRecord, answer: Answering<T>): Promise<void> {
  const { tx, livemode, now } = call
  const flow = session.flow === null ? undefined : await tx.flows.byId(livemode, session.flow)
  const opening: Opening = { session, flow: flow?.key ?? null }
  const name = nameOf(session.link_visitor ?? session.id)
  const work: WorkRecord = { ...workOf(call, session, 'session.open', { ...opening }), name }
  const leased = { ...work, attempts: 1, leased_until: now + VERIFIER_LEASE }
  if (await tx.work.insert(leased)) call.later(answered(leased, answer))
  else await goOn(call, await tx.work.named(name), answer)
}

/** Goes on with the unfinished opening of a session, by its first id. Answers the session; undefined if there is none. */
export async function goOnOpening<T>(
  call: WriteCall,
  id: string,
  answer: Answering<T>,
): Promise<SessionRecord | undefined> {
  const work = await call.tx.work.named(nameOf(id))
  const opening = work && openingOf(work)
  if (opening === undefined || !(await isOfFlowWithin(call, opening.session.flow))) return undefined
  await goOn(call, work, answer)
  return opening.session
}

async function goOn<T>(call: WriteCall, work: WorkRecord | undefined, answer: Answering<T>): Promise<void> {
  const { tx, now } = call
  const taken = work && (await tx.work.take(work.id, { now, leaseUntil: now + VERIFIER_LEASE }))
  if (taken === undefined) throw changing()
  call.later(answered(taken, answer))
}

function nameOf(opened: string): string {
  return `open:${opened}`
}
