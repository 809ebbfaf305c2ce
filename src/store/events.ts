import type { CreatedRange, Page, PageOf } from './page.js'

/** An event, written in the transaction in which it happened. */
export interface EventRecord {
  readonly id: string
  readonly livemode: boolean
  readonly type: string
  /** Id of the object that the event is about. */
  readonly object: string
  /** That object as it was then. */
  readonly data: Readonly<Record<string, unknown>>
  /** The request that caused it; null when the service acted by itself. */
  readonly request: { readonly id: string | null; readonly idempotency_key: string | null } | null
  readonly created: number
}

export interface EventFilter {
  readonly types?: readonly string[] | undefined
  /** Whether every webhook endpoint that wants the event has received it. */
  readonly delivery_success?: boolean | undefined
  readonly created?: CreatedRange | undefined
}

export interface EventReads {
  byId(livemode: boolean, id: string): Promise<EventRecord | undefined>
  /** Every event of an object, oldest first. */
  ofObject(object: string): Promise<EventRecord[]>
  list(livemode: boolean, filter: EventFilter, page: Page): Promise<PageOf<EventRecord>>
  /** How many endpoints have not received each of these events; fully delivered events are left out. */
  pendingWebhooks(ids: readonly string[]): Promise<ReadonlyMap<string, number>>
}

export interface EventWrites {
  insert(event: EventRecord): Promise<void>
  /** The newest event of an object. */
  newestOf(object: string): Promise<Pick<EventRecord, 'id' | 'created'> | undefined>
  /** Replaces the event's copy of its object; for redaction. */
  update(event: Pick<EventRecord, 'id' | 'data'>): Promise<void>
  /** Drops at most `limit` events older than a time, with their deliveries. Answers how many. */
  forget(before: number, limit: number): Promise<number>
}
