import Stripe from 'stripe'
import { type Clock, seconds } from './clock.js'
import { letters, type Random } from './random.js'
import type { KeptEvent } from './world.js'

const REDACTED = 'identity.verification_session.redacted'

/** What becomes of an event on its way to one endpoint. */
export type Way =
  | 'sent'
  | 'sent twice'
  /** Waits for `deliver`. */
  | 'held'
  /** It is never sent. */
  | 'dropped'

export interface Endpoint {
  readonly id: string
  readonly url: string
  readonly secret: string
  readonly enabled_events: readonly string[]
  readonly api_version: string | null
  readonly created: number
  status: 'enabled' | 'disabled'
}

interface Delivery {
  readonly event: KeptEvent
  readonly endpoint: Endpoint
}

/** A webhook as it is sent. */
export interface Signed {
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

/** The endpoints of a mode, and the events on their way to them. */
export class Webhooks {
  readonly endpoints: Endpoint[] = []
  /** Decides what becomes of each event: by default it is sent at once. */
  way: (event: KeptEvent, endpoint: Endpoint) => Way = () => 'sent'
  /** How often it was sent, answered with success, and dropped. */
  readonly counts = { sent: 0, taken: 0, dropped: 0 }
  #waiting: Delivery[] = []
  readonly #underWay = new Set<Promise<void>>()
  readonly #livemode: boolean
  readonly #clock: Clock
  readonly #random: Random

  constructor(livemode: boolean, clock: Clock, random: Random) {
    this.#livemode = livemode
    this.#clock = clock
    this.#random = random
  }

  /** Registers an endpoint. As at Stripe, `*` leaves the redacted event out. */
  add(
    url: string,
    { enabled_events = ['*', REDACTED], api_version = null as string | null, secret = '' } = {},
  ): Endpoint {
    const endpoint: Endpoint = {
      id: `we_1${letters(this.#random, 23)}`,
      url,
      secret: secret || `whsec_${letters(this.#random, 32)}`,
      enabled_events,
      api_version,
      created: seconds(this.#clock),
      status: 'enabled',
    }
    this.endpoints.push(endpoint)
    return endpoint
  }

  /** Events that wait: held ones, and those that an endpoint did not take. */
  get waiting(): readonly KeptEvent[] {
    return this.#waiting.map(({ event }) => event)
  }

  take(event: KeptEvent): void {
    for (const endpoint of this.endpoints.filter((one) => wants(one, event.type))) {
      const way = this.way(event, endpoint)
      if (way === 'dropped') this.counts.dropped += 1
      else if (way === 'held') this.#waiting.push({ event, endpoint })
      else for (let times = way === 'sent' ? 1 : 2; times > 0; times -= 1) this.#start({ event, endpoint })
    }
  }

  /** Sends what waits, one after the other, in an order of the caller's; what is not taken waits again. */
  async deliver(order: (waiting: readonly KeptEvent[]) => readonly KeptEvent[] = (waiting) => waiting): Promise<void> {
    const waiting = this.#waiting
    this.#waiting = []
    for (const event of order(waiting.map((delivery) => delivery.event))) {
      for (const delivery of waiting.filter((one) => one.event === event)) await this.#send(delivery)
    }
  }

  /** When nothing is under way any more. What waits, waits on. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay)
  }

  /** An event as it is sent to an endpoint, with a new signature. */
  signed(event: KeptEvent, { secret, api_version }: Pick<Endpoint, 'secret' | 'api_version'>): Signed {
    const body = JSON.stringify(
      { ...event, api_version: api_version ?? event.api_version, pending_webhooks: 1 },
      null,
      2,
    )
    const signature = Stripe.webhooks.generateTestHeaderString({
      payload: body,
      secret,
      timestamp: seconds(this.#clock),
    })
    const headers = {
      'content-type': 'application/json; charset=utf-8',
      'stripe-signature': signature,
      'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
    }
    return { body, headers }
  }

  pendingOf(event: KeptEvent): number {
    return this.#waiting.filter((delivery) => delivery.event === event).length
  }

  /** Endpoints as the API shows them. The secret was shown once, when the endpoint was made. */
  shown({ id, url, enabled_events, api_version, status, created }: Endpoint): Stripe.WebhookEndpoint {
    return {
      id,
      object: 'webhook_endpoint',
      api_version,
      application: null,
      created,
      description: null,
      enabled_events: [...enabled_events],
      livemode: this.#livemode,
      metadata: {},
      status,
      url,
    }
  }

  #start(delivery: Delivery): void {
    const sending = this.#send(delivery).finally(() => this.#underWay.delete(sending))
    this.#underWay.add(sending)
  }

  async #send(delivery: Delivery): Promise<void> {
    const { event, endpoint } = delivery
    if (endpoint.status === 'disabled') return
    const { body, headers } = this.signed(event, endpoint)
    this.counts.sent += 1
    try {
      const { ok } = await fetch(endpoint.url, { method: 'POST', body, headers, signal: AbortSignal.timeout(10_000) })
      if (ok) {
        this.counts.taken += 1
        return
      }
    } catch {
      // No answer is as good as a refusal: Stripe tries again later.
    }
    this.#waiting.push(delivery)
  }
}

function wants({ enabled_events, status }: Endpoint, type: string): boolean {
  if (status === 'disabled') return false
  return enabled_events.includes(type) || (enabled_events.includes('*') && type !== REDACTED)
}
