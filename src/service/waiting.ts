/**
 * How long a server waits for what others send, in milliseconds, for `http.createServer`: else whoever connects and says
 * nothing holds a connection for one and a half minutes. The head of a request takes one packet or two; a body may be long.
 */
export const WAITING = {
  headersTimeout: 15_000,
  requestTimeout: 60_000,
  /** How often the server looks who is over these times. */
  connectionsCheckingInterval: 3_000,
} as const
