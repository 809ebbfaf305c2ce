import type { ApiErrorCode } from '../api-error.js'
import type { IdMaker } from '../ids.js'
import type { Metrics } from '../metrics.js'
import type { Needs } from '../operations/calls/authorise.js'
import type { Caller, Service } from '../operations/calls/call.js'
import type { Limiter } from '../operations/calls/limiter.js'
import type { Waiting } from '../waiting.js'
import type { KeyUsage } from './callers/key-usage.js'
import type { HealthOptions } from './server/health.js'
import type { LogLine } from './server/log.js'

export interface AppOptions {
  readonly service: Service
  readonly id: IdMaker
  readonly limiter: Limiter
  /** How many requests a key may make in a second; 0 for any number, and for any number of wrong keys. */
  readonly rateLimit: number
  /** The version of Stripe's API that answers name where the request names none. */
  readonly apiVersion: string
  /** Where the service is reached, without a slash at the end. */
  readonly publicUrl: () => string
  readonly usage: Pick<KeyUsage, 'note'>
  readonly health: HealthOptions
  /** By default only faults of the service itself are logged, to stderr. */
  readonly log?: ((line: LogLine) => void) | undefined
  readonly metrics?: Metrics | undefined
  /** Addresses and ranges of proxies whose X-Forwarded-For is believed. */
  readonly trustProxy?: string | undefined
  /** How long the server waits for what others send; by default `WAITING`. */
  readonly waiting?: Waiting | undefined
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Where a code of an error is explained. */
    docUrlOf: (code: ApiErrorCode) => string
  }
  interface FastifyRequest {
    caller: Caller
    keyTail: string | null
    failure: unknown
  }
  interface FastifyContextConfig {
    /** What the route asks of a key. */
    needs?: Needs
    /** It is asked all the time, by machines: a good answer is not worth a line in the log. */
    isProbe?: boolean
  }
}
