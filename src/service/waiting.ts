/**
 * How long a server waits for what others send, in milliseconds, for `http.createServer`: else whoever connects and says
 * nothing holds a connection for one and a half minutes. The head of a request takes one packet or two; a body may be long.
 */
export const WAITING: Waiting = {
  headersTimeout: 15_000,
  requestTimeout: 60_000,
  connectionsCheckingInterval: 3_000,
}

export interface Waiting {
  readonly headersTimeout: number
  readonly requestTimeout: number
  /** How often the server looks who is over these times. */
  readonly connectionsCheckingInterval: number
}
