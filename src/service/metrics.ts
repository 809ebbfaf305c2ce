import type { StoreErrorCode } from '../store/store-error.js'
import type { RateLimitScope } from './api-error.js'

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
  /** A round of a job in the background has ended: "sessions", "webhooks", "forget". */
  jobEnded(job: string, result: 'done' | 'failed', seconds: number): void
}

interface RequestFigures {
  readonly method: string
  /** The pattern; null for a path that does not exist. */
  readonly route: string | null
  readonly status: number
  readonly seconds: number
}

/** `retry`: it failed, and is tried again; `failed`: it failed for good. */
export type WebhookResult = 'succeeded' | 'retry' | 'failed'
