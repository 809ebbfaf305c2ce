import type { SessionRecord } from '../../../store/sessions.js'
import type { Service } from '../calls/call.js'
import { doDue } from '../work/do-due.js'
import type { WorkItem, WorkKind } from '../work/work-kind.js'
import { heldSession } from './held-session.js'
import { applyObserved } from './observed.js'

const MOST_AT_ONCE = 100
/** The lease of a session, in seconds. That is enough: its verifier is in this process and answers at once. */
const LEASE = 30
const TIME_LIMIT = 10_000
const HERE = 'here'

interface DueSession extends WorkItem {
  readonly session: SessionRecord
}

/**
 * Due sessions that this service verifies itself: when processing is over, their verifier is asked for the result. The
 * session itself holds the due time, because older versions of the program look for it there.
 */
export function dueSessionsKind({ verifiers }: Pick<Service, 'verifiers'>): WorkKind<DueSession> {
  return {
    name: 'sessions',
    most: MOST_AT_ONCE,
    mostOfLane: MOST_AT_ONCE,
    mostOfClaim: MOST_AT_ONCE,
    hasDue: ({ tx, now }, full) => (full.includes(HERE) ? Promise.resolve(false) : tx.sessions.hasDue(now)),
    async claim({ tx, now }, { limit, roomOf }) {
      const most = Math.min(limit, roomOf(HERE))
      const sessions = await tx.sessions.claimDue({ now, leaseUntil: now + LEASE, limit: most })
      return {
        items: sessions.map((session) => ({ session, livemode: session.livemode, lane: HERE })),
        isEmpty: sessions.length === 0,
      }
    },
    async perform({ session: { due }, session, livemode }) {
      const verifier = verifiers.hosted(livemode)
      const observed = await verifier?.read(heldSession(session, session.id), {
        signal: AbortSignal.timeout(TIME_LIMIT),
      })
      return {
        settle: async (call) => {
          const found = await call.tx.sessions.toWrite(livemode, session.id)
          // Another process has taken over, because this one took too long.
          if (found === undefined || found.due !== due) return
          if (observed !== undefined) await applyObserved(call, { ...found, due: null }, observed, null)
        },
      }
    },
  }
}

/** Continues the due sessions. Answers whether there may be more. */
export async function continueDueSessions(service: Service): Promise<boolean> {
  return doDue(service, dueSessionsKind(service))
}
