import type { WorkRecord } from '../../../store/work.js'
import { VerifierError } from '../../../verifier/verifier-error.js'
import type { Service } from '../calls/call.js'
import { isOfProbe, probeStep } from '../flows/probe.js'
import type { WorkItem, WorkKind } from '../work/work-kind.js'
import { askForChanges, CHANGES } from './remote/changes.js'
import { VERIFIER_LEASE } from './remote/session-work.js'
import { makeCall } from './verifier-calls.js'

/** The most calls to one verifier and mode at the same time, in one process. */
const MOST_PER_VERIFIER = 8
const MOST_PER_CLAIM = 16

interface VerifierCall extends WorkItem {
  readonly work: WorkRecord
}

/**
 * Calls to remote verifiers that no caller waits for (any more): see verifier-calls.ts. A lane is a verifier and a
 * mode; each process makes the calls for the verifiers that it has.
 */
export function verifierWorkKind(service: Service): WorkKind<VerifierCall> {
  const silence = silences(service)
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
      const { outcome, settle } = await callOf(service, work)
      return {
        settle,
        remark: silence(work.lane, outcome),
        settled: () => {
          // Faults of the adapter or the account go to the log: they are not reported anywhere else.
          if (outcome instanceof VerifierError && (outcome.cause !== undefined || outcome.fault === 'refused'))
            throw outcome
        },
      }
    },
  }
}

/** Seconds between two lines of the log about a verifier that does not answer, whatever waits for it. */
const TELL_EVERY = 60

/** The outcome, where a verifier does not answer: once a minute, because all the work of a lane meets it. */
function silences(service: Service): (lane: string, outcome: unknown) => VerifierError | undefined {
  const told = new Map<string, number>()
  return (lane, outcome) => {
    if (!(outcome instanceof VerifierError) || outcome.fault !== 'unavailable') return undefined
    const now = service.now()
    if (now - (told.get(lane) ?? 0) < TELL_EVERY) return undefined
    told.set(lane, now)
    return outcome
  }
}

/** One call to a verifier, as the kind of the work says. */
function callOf(service: Service, work: WorkRecord) {
  if (work.kind === CHANGES) return askForChanges(service, work)
  return isOfProbe(work) ? probeStep(service, work) : makeCall(service, work)
}
