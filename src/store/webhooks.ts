import type { CreatedRange, Page, PageOf } from './page.js'
import type { WorkClaim } from './work.js'

export interface WebhookEndpointRecord {
  readonly id: string
  readonly livemode: boolean
  readonly url: string
  /** Types of events, or "*". */
  readonly enabled_events: readonly string[]
  readonly status: 'enabled' | 'disabled'
  /** The secret that signs deliveries, so it cannot be stored hashed. */
  readonly secret: string
  readonly description: string | null
  readonly metadata: Readonly<Record<string, string>>
  readonly api_version: string | null
  readonly created: number
}

export interface WebhookEndpointReads {
  byId(livemode: boolean, id: string): Promise<WebhookEndpointRecord | undefined>
  list(livemode: boolean, page: Page): Promise<PageOf<WebhookEndpointRecord>>
  count(livemode: boolean): Promise<number>
  /** Every endpoint of the mode that is enabled, as this transaction saw it first. */
  enabled(livemode: boolean): Promise<WebhookEndpointRecord[]>
}

export interface WebhookEndpointWrites {
  insert(endpoint: WebhookEndpointRecord): Promise<void>
  /** Locks the endpoint against other transactions until this one ends, and reads it as it is then. */
  toWrite(livemode: boolean, id: string): Promise<WebhookEndpointRecord | undefined>
  /** Replaces the endpoint, found by id. Its mode and time of creation stay. */
  update(endpoint: WebhookEndpointRecord): Promise<void>
  /** Deletes the endpoint. Its deliveries stay, for the record. */
  delete(id: string): Promise<void>
}

export const DELIVERY_STATUSES = ['pending', 'succeeded', 'failed', 'canceled'] as const

/** One event on its way to one endpoint. */
export interface DeliveryRecord {
  readonly id: string
  readonly livemode: boolean
  readonly event: string
  /** Id of the event's object: deliveries about one object are sent in order where possible. */
  readonly object: string
  readonly endpoint: string
  readonly status: (typeof DELIVERY_STATUSES)[number]
  /** How many attempts have begun. */
  readonly attempts: number
  /** While pending: not sent before this time. */
  readonly next_attempt: number | null
  /** While an attempt is under way: no other one begins before this time. */
  readonly leased_until: number | null
  readonly created: number
}

export interface DeliveryAttemptRecord {
  readonly delivery: string
  /** From 1 up, unique within the delivery. */
  readonly number: number
  readonly started: number
  /** Milliseconds; null while it is under way, or if its worker ended before the answer came. */
  readonly duration: number | null
  /** Status of the answer; null when there was none. */
  readonly response_status: number | null
  /** Why there was no answer, as one word: "timeout", "ECONNREFUSED". */
  readonly error: string | null
}

export interface DeliveryFilter {
  readonly event?: string | undefined
  readonly endpoint?: string | undefined
  readonly status?: DeliveryRecord['status'] | undefined
  readonly created?: CreatedRange | undefined
}

/**
 * Which deliveries may be sent now. A delivery waits while an earlier one of the same object and endpoint is pending
 * and has not made room; see `settle`.
 */
interface DueDeliveries {
  readonly now: number
  /** Endpoints that have no room for more. */
  readonly except: readonly string[]
}

/** Each endpoint is a lane. */
export interface DeliveryClaim extends DueDeliveries, WorkClaim {
  /** After this many attempts others do not wait for a delivery; for deliveries that an older program left. */
  readonly patience: number
}

export interface DeliveryReads {
  byId(livemode: boolean, id: string): Promise<DeliveryRecord | undefined>
  list(livemode: boolean, filter: DeliveryFilter, page: Page): Promise<PageOf<DeliveryRecord>>
  /** Whether a claim would find anything, in either mode. */
  hasDue(which: DueDeliveries): Promise<boolean>
  /** Every attempt of these deliveries, in order. */
  attempts(deliveries: readonly string[]): Promise<DeliveryAttemptRecord[]>
}

export interface DeliveryWrites {
  insert(deliveries: readonly DeliveryRecord[]): Promise<void>
  /** The same for pending deliveries of an object that this transaction makes: there are none before them to wait for. */
  insertFirst(deliveries: readonly DeliveryRecord[]): Promise<void>
  /**
   * Begins attempts of due deliveries of both modes: no two callers get the same attempt. The endpoints take turns. The
   * cost does not grow with the number of pending deliveries.
   */
  claim(claim: DeliveryClaim): Promise<DeliveryRecord[]>
  /** Records how an attempt ended, if the delivery is still in that attempt. Answers whether it was. */
  settle(
    attempt: Omit<DeliveryAttemptRecord, 'started'>,
    delivery: Pick<DeliveryRecord, 'status' | 'next_attempt'> & {
      /** While it is pending: whether later ones of its object no longer wait for it. */
      readonly makesRoom?: boolean
    },
  ): Promise<boolean>
  /** Makes a delivery pending and due at a time, whatever its status, unless an attempt is under way. */
  resend(id: string, at: number): Promise<void>
  /** Gives up everything that is pending for an endpoint. */
  cancelOf(endpoint: string): Promise<void>
}
