import type { ReadTransaction } from '../../../../store/store.js'
import type { WorkRecord } from '../../../../store/work.js'
import type { ChangesPage } from '../../../../verifier/verifier.js'
import { VerifierError } from '../../../../verifier/verifier-error.js'
import type { Caller, Service, WriteCall } from '../../calls/call.js'
import { SERVICE } from '../../calls/principal.js'
import { laneOf, type RemoteVerifier } from '../../calls/verifiers.js'
import { nextTry } from '../../work/next-try.js'
import { askVerifier } from './ask.js'
import { readAt } from './session-work.js'

/**
 * Finds what lost webhooks said. Every verifier and mode that can list its changes has one piece of work, which never
 * ends: it asks for a page of changes, schedules a read of each session that changed since it was last seen, and leaves
 * itself for the next page. It holds the cursor, so both are kept or neither is; its lease lets one process do it.
 */
export const CHANGES = 'verifier.changes'

/** Time limit of one page, in milliseconds. */
const TIME_LIMIT = 20_000
/** Seconds between two pages while there are more: this is in no hurry, and the verifier limits its callers. */
const PACE = 1
/** Seconds by which the clocks of a verifier and of this service may differ: so many as for its webhooks. */
const SKEW = 300

const NOBODY: Caller = { livemode: false, principal: SERVICE }

/** Makes sure that the work is there: on a new store, and for a new verifier. */
export async function beginChanges(service: Service): Promise<boolean> {
  const missing = await service.read(NOBODY, async ({ tx }) => {
    const found = await Promise.all(
      followed(service).map(async (one) => ((await tx.work.named(one.name)) ? [] : [one])),
    )
    return found.flat()
  })
  if (missing.length > 0) {
    await service.write(NOBODY, async (call) => {
      for (const { name, lane, livemode } of missing)
        await call.tx.work.insert(workFor(call, { name, lane, livemode }, null))
      call.wake()
    })
  }
  return false
}

/**
 * Whether sessions of a mode were made at a verifier before. Where it is gone, nobody reads them any more; new ones are
 * made elsewhere.
 */
export async function hasVerified({ work }: Pick<ReadTransaction, 'work'>, lane: string): Promise<boolean> {
  return (await work.named(nameOf(lane))) !== undefined
}

/** Asks for the page that the work is at, without an open transaction. */
export async function askForChanges(service: Service, work: WorkRecord) {
  const followedOne = followed(service).find(({ name }) => name === work.name)
  const { livemode, payload } = work
  const cursor = typeof payload?.cursor === 'string' ? payload.cursor : null
  const outcome =
    followedOne === undefined
      ? new VerifierError('unavailable', 'This process does not have the verifier.')
      : await askVerifier(TIME_LIMIT, (asking) => followedOne.changes({ livemode, cursor }, asking))
  const verifier = followedOne?.verifier ?? ''
  return {
    outcome,
    settle: (call: WriteCall) => settle(call, { work, verifier, every: service.changesEvery }, outcome),
  }
}

async function settle(
  call: WriteCall,
  { work, verifier, every }: { readonly work: WorkRecord; readonly verifier: string; readonly every: number },
  outcome: ChangesPage | VerifierError,
): Promise<void> {
  const { tx, now } = call
  if (outcome instanceof VerifierError) {
    await tx.work.postpone(work, now + nextTry(work.attempts, outcome.retryAfter))
    return
  }
  const { changes, next, hasMore } = outcome
  // Another process has taken over.
  if ((await tx.work.finish(work)) !== 'finished') return
  const newest = new Map<string, number>()
  for (const { session, at } of changes) newest.set(session, Math.max(at, newest.get(session) ?? 0))
  for (const [id, at] of newest) {
    const session = await tx.sessions.atVerifier(verifier, id)
    const seen = session?.remote?.seen ?? 0
    if (session !== undefined && seen <= at + SKEW) await readAt(call, session, now)
  }
  await tx.work.insert({ ...workFor(call, work, next), next_attempt: now + (hasMore ? PACE : every) })
}

interface Followed extends Pick<WorkRecord, 'name' | 'lane' | 'livemode'> {
  readonly verifier: string
  readonly changes: NonNullable<RemoteVerifier['changes']>
}

function followed({ verifiers }: Pick<Service, 'verifiers'>): readonly Followed[] {
  return verifiers.remotes.flatMap((verifier) => {
    const changes = verifier.changes?.bind(verifier)
    if (changes === undefined) return []
    const modes = [false, true].filter((livemode) => verifier.serves(livemode))
    return modes.map((livemode) => {
      const lane = laneOf(verifier.name, livemode)
      return { name: nameOf(lane), lane, livemode, verifier: verifier.name, changes }
    })
  })
}

function nameOf(lane: string): string {
  return `changes:${lane}`
}

function workFor(
  call: WriteCall,
  { name, lane, livemode }: Pick<WorkRecord, 'name' | 'lane' | 'livemode'>,
  cursor: string | null,
): WorkRecord {
  const rest = { object: '', attempts: 0, next_attempt: call.now, leased_until: null, created: call.now }
  return { id: call.id('wrk'), kind: CHANGES, name, lane, livemode, payload: { cursor }, ...rest }
}
