/**
 * How long a server waits for clients to send, in milliseconds, for `http.createServer`. By default a silent client
 * would hold a connection for 90 seconds. The head of a request takes one or two packets; a body may be long.
 */
export const WAITING: Waiting = {
  headersTimeout: 15_000,
  requestTimeout: 60_000,
  connectionsCheckingInterval: 3_000,
}

export interface Waiting {
  readonly headersTimeout: number
  readonly requestTimeout: number
  /** How often the server checks these limits. */
  readonly connectionsCheckingInterval: number
}
