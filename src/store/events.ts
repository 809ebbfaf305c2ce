import type { CreatedRange, Page, PageOf } from './page.js'

/** Something that happened, written in the transaction in which it happened. */
export interface EventRecord {
  readonly id: string
  readonly livemode: boolean
  readonly type: string
  /** Id of what it happened to. */
  readonly object: string
  /** That object as it was then. */
  readonly data: Readonly<Record<string, unknown>>
  /** The request that made it happen; null when the service did so by itself. */
  readonly request: { readonly id: string | null; readonly idempotency_key: string | null } | null
  readonly created: number
}

export interface EventFilter {
  readonly types?: readonly string[] | undefined
  /** Whether every webhook endpoint that wanted the event has it. */
  readonly delivery_success?: boolean | undefined
  readonly created?: CreatedRange | undefined
}

export interface EventReads {
  byId(livemode: boolean, id: string): Promise<EventRecord | undefined>
  list(livemode: boolean, filter: EventFilter, page: Page): Promise<PageOf<EventRecord>>
  /** How many endpoints do not have each of these events yet, or never got it; events that all have are left out. */
  pendingWebhooks(ids: readonly string[]): Promise<ReadonlyMap<string, number>>
}

export interface EventWrites {
  insert(event: EventRecord): Promise<void>
  /** The newest event of an object. */
  newestOf(object: string): Promise<Pick<EventRecord, 'id' | 'created'> | undefined>
  /** Every event of an object, oldest first. */
  ofObject(object: string): Promise<EventRecord[]>
  /** Replaces what the event says of its object; for redaction. */
  update(event: Pick<EventRecord, 'id' | 'data'>): Promise<void>
  /** Drops at most `limit` events from before a time, with their deliveries. Answers how many. */
  forget(before: number, limit: number): Promise<number>
}
