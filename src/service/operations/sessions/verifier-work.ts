import type { WorkRecord } from '../../../store/work.js'
import { VerifierError } from '../../../verifier/verifier-error.js'
import type { Service } from '../calls/call.js'
import type { WorkItem, WorkKind } from '../work/work-kind.js'
import { makeCall, VERIFIER_LEASE } from './verifier-calls.js'

/** Calls to one verifier and mode under way at once, in one process. */
const MOST_PER_VERIFIER = 8
const MOST_PER_CLAIM = 16

interface VerifierCall extends WorkItem {
  readonly work: WorkRecord
}

/**
 * Calls to verifiers on the other side of a network that nobody waits for, or not any more: see verifier-calls.ts. A lane is a
 * verifier and a mode; a process does what is for the verifiers that it has.
 */
export function verifierWorkKind(service: Service): WorkKind<VerifierCall> {
  const lanesBut = (full: readonly string[]) => service.verifiers.lanes.filter((lane) => !full.includes(lane))
  return {
    name: 'verifiers',
    most: MOST_PER_VERIFIER * service.verifiers.lanes.length,
    mostOfLane: MOST_PER_VERIFIER,
    mostOfClaim: MOST_PER_CLAIM,
    hasDue: ({ tx, now }, full) => tx.work.hasDue(now, lanesBut(full)),
    async claim({ tx, now }, { full, ...room }) {
      const leaseUntil = now + VERIFIER_LEASE
      const claimed = await tx.work.claim({ now, leaseUntil, lanes: lanesBut(full), ...room })
      const items = claimed.map((work) => ({ work, livemode: work.livemode, lane: work.lane }))
      return { items, isEmpty: items.length === 0 }
    },
    async perform({ work }) {
      const { outcome, settle } = await makeCall(service, work)
      return {
        settle,
        settled: () => {
          // What is wrong with the adapter itself, or with the account, is for the log: nobody else is told.
          if (outcome instanceof VerifierError && (outcome.cause !== undefined || outcome.fault === 'refused'))
            throw outcome
        },
      }
    },
  }
}
