const MINUTE = 60
const HOUR = 60 * MINUTE

/** Seconds between attempts. After them it is given up: nearly three days in live mode, a few hours in test mode. */
export const WAITS = {
  live: [10, MINUTE, 5 * MINUTE, 20 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR, 24 * HOUR],
  test: [10, MINUTE, 3 * HOUR],
} as const

/** A wait is shortened by up to this share, so that deliveries that failed together are not retried together. */
const JITTER = 0.2

/** How many failed attempts of an earlier event hold back later events of the same object. */
export const PATIENCE = 3

/** When to try again after this many failed attempts, in unix seconds; null to give up. */
export function nextAttempt(livemode: boolean, attempts: number, now: number, random = Math.random): number | null {
  const wait = (livemode ? WAITS.live : WAITS.test)[attempts - 1]
  return wait === undefined ? null : now + Math.max(1, Math.round(wait * (1 - JITTER * random())))
}
