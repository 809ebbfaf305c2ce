import type { Clock } from './clock.js'
import { Refusal } from './refusal.js'

const OF_ACCOUNT = { live: 100, test: 25 }
const OF_ENDPOINT = 25

/** Counts requests by endpoint and by second of the clock, and refuses what is beyond Stripe's limits if told to. */
export class Limits {
  /** Whether what is beyond the limits is refused, as Stripe does, or only counted. */
  enforced = false
  /** How many requests came to each endpoint: "GET /v1/events". */
  readonly calls = new Map<string, number>()
  /** The most requests of one second, in all and to one endpoint. */
  readonly most = { account: 0, endpoint: 0 }
  /** Requests that were refused. */
  refused = 0
  readonly #clock: Clock
  #second = Number.NaN
  #counts = new Map<string, number>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  count(endpoint: string, livemode: boolean): void {
    this.calls.set(endpoint, (this.calls.get(endpoint) ?? 0) + 1)
    const second = Math.floor(this.#clock.now)
    if (second !== this.#second) {
      this.#second = second
      this.#counts = new Map()
    }
    const mode = livemode ? 'live' : 'test'
    const [ofAccount, ofEndpoint] = [this.#more(mode), this.#more(`${mode} ${endpoint}`)]
    this.most.account = Math.max(this.most.account, ofAccount)
    this.most.endpoint = Math.max(this.most.endpoint, ofEndpoint)
    if (!this.enforced) return
    if (ofAccount > OF_ACCOUNT[mode]) this.#refuse('global-rate')
    if (ofEndpoint > OF_ENDPOINT) this.#refuse('endpoint-rate')
  }

  #more(name: string): number {
    const count = (this.#counts.get(name) ?? 0) + 1
    this.#counts.set(name, count)
    return count
  }

  #refuse(reason: string): never {
    this.refused += 1
    throw rateLimited(reason)
  }
}

export function rateLimited(reason: string): Refusal {
  const body = { code: 'rate_limit', message: 'Request rate limit exceeded.' }
  return new Refusal(429, body, { 'stripe-rate-limited-reason': reason })
}
