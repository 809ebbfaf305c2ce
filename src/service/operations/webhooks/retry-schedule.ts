const MINUTE = 60
const HOUR = 60 * MINUTE

/** Seconds from one attempt to the next. What has failed that often is given up: nearly three days, and a few hours. */
export const WAITS = {
  live: [10, MINUTE, 5 * MINUTE, 20 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR, 24 * HOUR],
  test: [10, MINUTE, 3 * HOUR],
} as const

/** A wait is shortened by up to this share, so that what failed together is not tried again together. */
const JITTER = 0.2

/** How long a later event waits for an earlier one of its object that cannot be delivered: this many attempts. */
export const PATIENCE = 3

/** When to try again after so many attempts that failed, in unix seconds; null when it is time to give up. */
export function nextAttempt(livemode: boolean, attempts: number, now: number, random = Math.random): number | null {
  const wait = (livemode ? WAITS.live : WAITS.test)[attempts - 1]
  return wait === undefined ? null : now + Math.max(1, Math.round(wait * (1 - JITTER * random())))
}
