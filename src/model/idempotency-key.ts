/** How many characters an idempotency key may have: the service's limit, which is told before a request is sent. */
export const LONGEST_IDEMPOTENCY_KEY = 255
