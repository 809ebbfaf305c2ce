/** How many sessions there are, by what became of them. */
export interface SessionCounts {
  /** All of them. */
  readonly sessions: number
  /** Whose page was opened. */
  readonly started: number
  /** That were submitted at least once. */
  readonly submitted: number
  readonly requires_input: number
  readonly processing: number
  readonly verified: number
  /** Those verified of which it is known when they were submitted: a part of `submitted`. */
  readonly successful: number
  readonly canceled: number
}

/** Days since 1970 in UTC, both included. A session counts for the day on which it was created. */
export interface DayRange {
  readonly from: number
  readonly to: number
}

interface CountedSessions {
  readonly days: DayRange
  /** Those of one flow only. */
  readonly flow?: string | undefined
}

/** What to count apart. */
type CountedBy = 'day' | 'flow_version' | 'error_code'

/**
 * Counts that are kept up to date by every write of a session, so that reading them takes as long however many sessions
 * there are.
 */
export interface SessionCountReads {
  /**
   * Counts by day, by version of the flow (0 for none), or by the code of the last error (empty for none); in no order.
   * Versions are only told apart for one flow.
   */
  by<By extends CountedBy>(
    by: By,
    livemode: boolean,
    counted: CountedSessions,
  ): Promise<readonly { readonly value: By extends 'error_code' ? string : number; readonly counts: SessionCounts }[]>
  /** Counts of these flows, by id; without those that have no sessions. */
  ofFlows(livemode: boolean, flows: readonly string[], days: DayRange): Promise<ReadonlyMap<string, SessionCounts>>
  /** The number of sessions of every flow that has any. */
  everyFlow(livemode: boolean, days: DayRange): Promise<ReadonlyMap<string, number>>
  /** The most used flows by id, the most used first; `count` says how many flows have any sessions. */
  mostUsed(
    livemode: boolean,
    days: DayRange,
    limit: number,
  ): Promise<{ readonly flows: readonly string[]; readonly count: number }>
}

export interface SessionCountWrites {
  /**
   * Moves what was counted lately to where it is read faster. Answers whether more may be left. Does nothing while
   * another process is doing it.
   */
  gather(): Promise<boolean>
}

/** The day of a moment in unix seconds. */
export function dayOf(time: number): number {
  return Math.floor(time / 86_400)
}
