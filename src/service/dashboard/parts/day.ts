const DAY = 24 * 60 * 60

/** A day since 1970 in UTC, as in "2026-11-29". */
export function dayText(day: number): string {
  return new Date(day * DAY * 1000).toISOString().slice(0, 10)
}
