import type { StoreErrorCode } from '../store/store-error.js'
import type { RateLimitScope } from './api-error.js'

/**
 * What is counted while the service runs. No value passed here is an id or personal data: only names of routes, words
 * of this program, and figures.
 */
export interface Metrics {
  requestEnded(request: RequestFigures): void
  /** Called once. `underWay` answers how many requests are being answered now. */
  watchRequests(underWay: () => number): void
  rateLimited(scope: RateLimitScope): void
  storeFailed(code: StoreErrorCode): void
  /** An attempt to deliver an event to a webhook endpoint has ended, with this result, after this many seconds. */
  webhookAttempted(result: WebhookResult, seconds: number): void
  /** A round of a background job has ended: "sessions", "webhooks", "verifiers", "forget". */
  jobEnded(job: string, result: 'done' | 'failed', seconds: number): void
}

interface RequestFigures {
  readonly method: string
  /** The pattern; null for a path that does not exist. */
  readonly route: string | null
  readonly status: number
  readonly seconds: number
}

/** `retry`: it failed and will be tried again; `failed`: it failed for good. */
export type WebhookResult = 'succeeded' | 'retry' | 'failed'
