import { type DayRange, dayOf } from '../../../store/counts/session-counts.js'

const THIRTY_DAYS = 30 * 24 * 60 * 60

/** The last 30 days, and what is left of the day on which they begin: sessions are counted by whole days. */
export function lastDays(now: number): DayRange {
  return { from: dayOf(now - THIRTY_DAYS), to: dayOf(now) }
}
