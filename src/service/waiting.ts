/**
 * How long a server waits for clients, in milliseconds. By default a silent client would hold a connection for 90
 * seconds. The head of a request takes one or two packets; a body may be long.
 */
export const WAITING: Waiting = {
  headersTimeout: 15_000,
  requestTimeout: 60_000,
  connectionsCheckingInterval: 3_000,
  connectionTimeout: 5 * 60_000,
}

export interface Waiting {
  readonly headersTimeout: number
  readonly requestTimeout: number
  /** How often the server checks these limits. */
  readonly connectionsCheckingInterval: number
  /**
   * How long nothing may be read from a connection or written to it: otherwise a client that does not read its answers would
   * hold them for as long as it likes. No answer takes that long.
   */
  readonly connectionTimeout: number
}
