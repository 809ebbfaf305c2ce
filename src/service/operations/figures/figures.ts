import { compareText } from '../../../model/canonical.js'
import type { DayRange, SessionCounts } from '../../../store/counts/session-counts.js'
import type { ReadCall } from '../calls/call.js'
import { findFlow } from '../flows/find-flow.js'
import { lastDays } from './last-days.js'

/** The most flows that are told apart: the most used ones. */
const FLOWS_TOLD_APART = 50

export interface Figure<Value> {
  readonly value: Value
  readonly counts: SessionCounts
}

/** A flow, or null for sessions that were made without one. */
type CountedFlow = { readonly key: string; readonly name: string } | null

/** What became of the sessions that were created on some days. */
export interface Figures {
  readonly total: SessionCounts
  /** Days with sessions, the first one first. */
  readonly days: readonly Figure<number>[]
  /** By the code of the last error, the most frequent first; empty for none. */
  readonly errors: readonly Figure<string>[]
  /** The most used first; empty if one flow was asked for. */
  readonly flows: readonly Figure<CountedFlow>[]
  /** Flows that were used, but are not among these. */
  readonly otherFlows: number
  /** Versions of the one flow that was asked for, the newest first. */
  readonly versions: readonly Figure<number>[]
}

/** The figures of all sessions of the mode, or of those of one flow, by id or key. All are read from counts. */
export async function figuresOf(call: ReadCall, days: DayRange, flow?: string): Promise<Figures> {
  const { livemode } = call
  const { sessionCounts } = call.tx
  const id = flow === undefined ? undefined : (await findFlow(call, flow, 'flow')).id
  const counted = { days, flow: id }
  const byDay = await sessionCounts.by('day', livemode, counted)
  const errors = await sessionCounts.by('error_code', livemode, counted)
  const versions = id === undefined ? [] : await sessionCounts.by('flow_version', livemode, counted)
  return {
    total: totalOf(byDay),
    days: byDay.toSorted((one, other) => one.value - other.value),
    errors: errors.toSorted(
      (one, other) => other.counts.sessions - one.counts.sessions || compareText(one.value, other.value),
    ),
    versions: versions.toSorted((one, other) => other.value - one.value),
    ...(id === undefined ? await mostUsed(call, days) : { flows: [], otherFlows: 0 }),
  }
}

async function mostUsed({ tx, livemode }: ReadCall, days: DayRange): Promise<Pick<Figures, 'flows' | 'otherFlows'>> {
  const { flows: shown, count } = await tx.sessionCounts.mostUsed(livemode, days, FLOWS_TOLD_APART)
  // Those without a flow are counted under an empty id.
  const counts = await tx.sessionCounts.ofFlows(livemode, [...shown, ''], days)
  const found = new Map((await tx.flows.byIdsOrKeys(livemode, shown, [])).map((flow) => [flow.id, flow]))
  const flows = [...shown, ''].flatMap((id): Figure<CountedFlow>[] => {
    const [flow, some] = [found.get(id), counts.get(id)]
    return some === undefined ? [] : [{ value: flow ? { key: flow.key, name: flow.config.name } : null, counts: some }]
  })
  return { flows, otherFlows: count - shown.length }
}

/** What became of the sessions of the last 30 days, for each of some flows that has any. */
export async function usageOf(
  { tx, livemode, now }: ReadCall,
  flows: readonly string[],
): Promise<ReadonlyMap<string, SessionCounts>> {
  return tx.sessionCounts.ofFlows(livemode, flows, lastDays(now))
}

/** Sessions of one flow day by day, the first day first; days without any are left out. */
export async function usageByDay(
  { tx, livemode }: ReadCall,
  flow: string,
  days: DayRange,
): Promise<readonly Figure<number>[]> {
  const found = await tx.sessionCounts.by('day', livemode, { days, flow })
  return found.toSorted((one, other) => one.value - other.value)
}

function totalOf(figures: readonly Figure<unknown>[]): SessionCounts {
  const sum = (name: keyof SessionCounts) => figures.reduce((all, { counts }) => all + counts[name], 0)
  return {
    sessions: sum('sessions'),
    started: sum('started'),
    submitted: sum('submitted'),
    requires_input: sum('requires_input'),
    processing: sum('processing'),
    verified: sum('verified'),
    successful: sum('successful'),
    canceled: sum('canceled'),
  }
}
