/** Seconds from one attempt that failed to the next, the last of them for ever. */
const WAITS = [2, 10, 60, 5 * 60, 20 * 60, 60 * 60] as const

/** A wait is made longer by up to this share, so that what failed together is not tried again together. */
const JITTER = 0.2

/** Seconds to wait after so many attempts; no less than what the other side asked for, within a day. */
export function nextTry(attempts: number, retryAfter = 0, random = Math.random): number {
  const wait = WAITS[Math.min(Math.max(attempts, 1), WAITS.length) - 1] ?? 0
  return Math.round(Math.max(wait, Math.min(retryAfter, 24 * 60 * 60)) * (1 + JITTER * random()))
}
