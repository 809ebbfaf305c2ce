import { dayOf } from '../../../../store/counts/session-counts.js'

export const DAY = 24 * 60 * 60

/** A day in UTC, such as "2026-11-29", as the number of days since 1970. */
export function dayNumber(text: string): number | undefined {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  // 30 February parses as a day in March.
  if (Number.isNaN(time) || !new Date(time).toISOString().startsWith(text)) return undefined
  return dayOf(time / 1000)
}
