/** Counters for all processes on the store. They may be lost with a machine: none counts for more than a minute. */
export interface RateLimits {
  /**
   * Takes up to `wanted` from the rest of `limit` in one window of a scope, such as one second of one key. The window
   * is named by its start. Answers how many it got, 0 when nothing is left.
   */
  take(scope: string, window: number, wanted: number, limit: number): Promise<number>
  /** Drops every window that began before a time. */
  forget(before: number): Promise<void>
}
