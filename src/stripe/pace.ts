import { setTimeout as sleepFor } from 'node:timers/promises'

/** Time, so that a test need not wait: milliseconds, and a wait that ends early with the signal's reason. */
export interface PaceClock {
  now(): number
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>
}

interface PaceLimits {
  /** Requests in any second, to all endpoints together. */
  readonly perSecond: number
  /** Requests in any second to one endpoint. */
  readonly perEndpoint: number
  /** The longest that a request waits for its turn, in milliseconds. */
  readonly patience?: number
  readonly clock?: PaceClock
}

/** Stripe's limits of one account (docs.stripe.com/rate-limits), by mode. Whether GET and POST of one path share is unverified against the live API. */
export const STRIPE_LIMITS = {
  test: { perSecond: 25, perEndpoint: 25 },
  live: { perSecond: 100, perEndpoint: 25 },
} as const

/** A request would have had to wait too long for its turn, so it was not sent. */
export class OutOfTurn extends Error {
  override readonly name = 'OutOfTurn'
  /** Seconds until there is a turn. */
  readonly retryAfter: number

  constructor(wait: number) {
    super('there are more requests than the rate limit allows')
    this.retryAfter = Math.ceil(wait / 1000)
  }
}

const SECOND = 1000
const PATIENCE = 10_000
const FIRST_PAUSE = 1000
const LONGEST_PAUSE = 30_000

export const systemPaceClock: PaceClock = {
  now: () => performance.now(),
  sleep: (milliseconds, signal) => sleepFor(milliseconds, undefined, { signal }),
}

/**
 * Keeps the requests of one account and mode within a rate, and lets all of them wait after an answer that asks to slow
 * down. The rate holds for any second, not on average, because the other side counts so.
 */
export class Pace {
  readonly #limits: PaceLimits
  readonly #clock: PaceClock
  readonly #all: number[] = []
  readonly #byEndpoint = new Map<string, number[]>()
  #pausedUntil = 0
  #pause = FIRST_PAUSE

  constructor(limits: PaceLimits) {
    this.#limits = limits
    this.#clock = limits.clock ?? systemPaceClock
  }

  /** Resolves when a request to the endpoint may be sent. Throws OutOfTurn if that would take too long. */
  async turn(endpoint: string, signal: AbortSignal): Promise<void> {
    const { perSecond, perEndpoint, patience = PATIENCE } = this.#limits
    const own = this.#byEndpoint.get(endpoint) ?? []
    this.#byEndpoint.set(endpoint, own)
    const end = this.#clock.now() + patience
    // Others may take the turn meanwhile, so it is looked for again after each wait.
    for (;;) {
      const now = this.#clock.now()
      const wait = Math.max(this.#pausedUntil - now, waitFor(this.#all, perSecond, now), waitFor(own, perEndpoint, now))
      if (wait <= 0) {
        this.#all.push(now)
        own.push(now)
        return
      }
      if (now + wait > end) throw new OutOfTurn(wait)
      await this.#clock.sleep(Math.ceil(wait), signal)
    }
  }

  /** An answer of 429 makes every request wait, longer after each one in a row; `retryAfter` is in seconds. */
  answered(status: number, retryAfter?: number): void {
    if (status !== 429) {
      this.#pause = FIRST_PAUSE
      return
    }
    const pause = retryAfter === undefined ? this.#pause : Math.min(retryAfter * SECOND, LONGEST_PAUSE)
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.now() + pause)
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE)
  }
}

/** How long until one more is within the rate. Forgets what is older than a second. */
function waitFor(times: number[], most: number, now: number): number {
  while (times[0] !== undefined && times[0] <= now - SECOND) times.shift()
  const oldest = times[times.length - most]
  return oldest === undefined ? 0 : oldest + SECOND - now
}
