/** Seconds from a failed attempt to the next; the last value repeats for ever. */
const WAITS = [2, 10, 60, 5 * 60, 20 * 60, 60 * 60] as const

/** A wait is lengthened by up to this share, so that calls that failed together are not retried together. */
const JITTER = 0.2

/** Seconds to wait after this many attempts; at least what the other side asked for, up to a day. */
export function nextTry(attempts: number, retryAfter = 0, random = Math.random): number {
  const wait = WAITS[Math.min(Math.max(attempts, 1), WAITS.length) - 1] ?? 0
  return Math.round(Math.max(wait, Math.min(retryAfter, 24 * 60 * 60)) * (1 + JITTER * random()))
}
