/** Counters that hold for every process on the store. They may be lost with a machine: none counts for more than a minute. */
export interface RateLimits {
  /**
   * Takes up to `wanted` from what is left of `limit` in one window of a scope, such as one second of one key; the
   * window is named by its begin. Answers how many it got, 0 when nothing is left.
   */
  take(scope: string, window: number, wanted: number, limit: number): Promise<number>
  /** Drops every window that began before a time. */
  forget(before: number): Promise<void>
}
