import type { IdMaker } from '../ids.js'
import type { Metrics } from '../metrics.js'
import type { Needs } from '../operations/calls/authorise.js'
import type { Caller, Service } from '../operations/calls/call.js'
import type { Limiter } from '../operations/calls/limiter.js'
import type { Waiting } from '../waiting.js'
import type { failedKeys } from './callers/failed-keys.js'
import type { KeyUsage } from './callers/key-usage.js'
import type { DashboardOptions } from './dashboard/dashboard.js'
import type { PageOptions } from './pages/looks.js'
import type { HealthOptions } from './server/health.js'
import type { LogLine } from './server/log.js'

export interface AppOptions {
  readonly service: Service
  readonly id: IdMaker
  readonly limiter: Limiter
  /** How many requests a key may make per second; 0 switches off this limit and the one for wrong keys. */
  readonly rateLimit: number
  /** The version of Stripe's API that answers name if the request does not name one. */
  readonly apiVersion: string
  /** The service's public address, without a slash at the end. */
  readonly publicUrl: () => string
  readonly usage: Pick<KeyUsage, 'note'>
  /** Requests without a valid key, of every part of the API together. */
  readonly failures: ReturnType<typeof failedKeys>
  readonly health: HealthOptions
  /** Without it there is no dashboard. */
  readonly dashboard?: DashboardOptions | undefined
  /** By default, pages have neither branding nor a script. */
  readonly pages?: PageOptions | undefined
  /** By default only faults of the service itself go to the log, on stderr. */
  readonly log?: ((line: LogLine) => void) | undefined
  readonly metrics?: Metrics | undefined
  /** Addresses and ranges of proxies whose X-Forwarded-For is trusted. */
  readonly trustProxy?: string | undefined
  /** How long the server waits for clients to send; by default `WAITING`. */
  readonly waiting?: Waiting | undefined
}

declare module 'fastify' {
  interface FastifyInstance {
    /** The address that explains an error code. */
    docUrlOf: (code: string) => string
  }
  interface FastifyRequest {
    caller: Caller
    keyTail: string | null
    failure: unknown
  }
  interface FastifyContextConfig {
    /** What the route requires of a key. */
    needs?: Needs
    /** Machines call it all the time: a good answer is not worth a line in the log. */
    isProbe?: boolean
  }
}
