import type { StoreErrorCode } from '../store/store-error.js'

/**
 * What is counted while the service runs, by whoever counts it. Nothing that is told here is an id or personal: names of
 * routes, words of this program, figures.
 */
export interface Metrics {
  requestEnded(request: RequestFigures): void
  /** Called once; answers how many requests are being answered at a moment. */
  watchRequests(underWay: () => number): void
  rateLimited(scope: RateLimitScope): void
  storeFailed(code: StoreErrorCode): void
  /** An attempt to deliver an event to a webhook endpoint has ended; with what became of it, and after how many seconds. */
  webhookAttempted(result: WebhookResult, seconds: number): void
  /** A round of a job in the background has ended: "settle", "deliver", "forget". */
  jobEnded(job: string, result: 'done' | 'failed', seconds: number): void
}

export interface RequestFigures {
  readonly method: string
  /** The pattern; null for a path that does not exist. */
  readonly route: string | null
  readonly status: number
  readonly seconds: number
}

/** Whose limit it was: that of an API key, of an address that sends wrong keys, or of one that opens links. */
export type RateLimitScope = 'key' | 'address' | 'link'

/** `retry`: it failed, and is tried again; `failed`: it failed for good. */
export type WebhookResult = 'succeeded' | 'retry' | 'failed'
