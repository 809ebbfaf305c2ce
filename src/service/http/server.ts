import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Store } from '../../store/store.js'
import type { Verifier } from '../../verifier/verifier.js'
import { API_VERSION } from '../api-version.js'
import { background } from '../background/background.js'
import { type IdMaker, idMaker } from '../ids.js'
import type { Metrics } from '../metrics.js'
import { CHANGES_EVERY, service, systemClock } from '../operations/calls/call.js'
import { limiter } from '../operations/calls/limiter.js'
import type { WebhookProxy } from '../operations/webhooks/webhook-proxy.js'
import { webhookTargets } from '../operations/webhooks/webhook-targets.js'
import type { Waiting } from '../waiting.js'
import { createApp } from './app.js'
import { failedKeys } from './callers/failed-keys.js'
import { keyUsage } from './callers/key-usage.js'
import type { DashboardOptions } from './dashboard/dashboard.js'
import type { PageOptions } from './pages/looks.js'
import { countingFailures } from './server/counting-failures.js'
import { type LogLine, logJobFault, logStoreChange } from './server/log.js'
import { requestsUnderWay } from './server/requests-under-way.js'
import { boundSilentConnections } from './server/silent-connections.js'
import { watchingWrites } from './server/watching-writes.js'

export { logToStderr } from './server/log.js'

export interface ServerOptions {
  /** Stays open when the server closes. */
  readonly store: Store
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  /** The public address if it is not the one listened on, such as "https://flows.example.com". */
  readonly publicUrl?: string
  /** Who verifies people; by default the simulator, in test mode. */
  readonly verifiers?: readonly Verifier[]
  /** Called once per request. By default only faults of the service go to stderr. See `logToStderr`. */
  readonly log?: (line: LogLine) => void
  /** Unix seconds. */
  readonly now?: () => number
  readonly id?: IdMaker
  /** How long verifying and redacting take, in seconds; 0 for at once. */
  readonly processing?: number
  /** Seconds between two questions to a remote verifier what has changed there; by default 300. */
  readonly changesEvery?: number
  /** Requests per second per key, on all servers of the store. By default 100; 0 for no limit, also for wrong keys. */
  readonly rateLimit?: number
  /**
   * Addresses and ranges of proxies whose X-Forwarded-For is trusted, with commas between ("10.0.0.0/8, loopback"). By
   * default none: a client that can choose its address escapes every limit by address.
   */
  readonly trustProxy?: string
  /** Counts what happens. By default nothing is counted. */
  readonly metrics?: Metrics
  /** Non-public address ranges ("127.0.0.0/8") that webhooks may be sent to. */
  readonly webhookAllow?: readonly string[]
  /** The proxy that webhooks to public addresses go through; by default none. */
  readonly webhookProxy?: WebhookProxy
  /** The version of Stripe's API that events name, except for webhook endpoints with their own version. */
  readonly apiVersion?: string
  /** How long the audit log keeps its records, in days. By default this server deletes none: others may keep them longer. */
  readonly auditDays?: number
  /** How long the server waits for clients to send; by default `WAITING`. */
  readonly waiting?: Waiting
  /** How the pages for people who are verified look. By default plain. */
  readonly pages?: PageOptions
  /** Serves the dashboard too. By default there is none. */
  readonly dashboard?: DashboardOptions
}

export interface Server {
  /** The address it listens on, without a slash at the end. */
  readonly url: string
  /** Reports "not ready" and asks clients to close connections, but still answers until they have noticed. */
  drain(): void
  /** Takes no new requests. Resolves when the running ones are answered, or after ten seconds. */
  close(): Promise<void>
}

/** How long closing waits for running requests, in milliseconds. */
const PATIENCE = 10_000

export const DEFAULT_RATE_LIMIT = 100
export const DEFAULT_CHANGES_EVERY = CHANGES_EVERY

/** How long closing waits to record the last use of keys, in milliseconds. */
const MARKING_PATIENCE = 2_000

/** Serves the flows API. Rejects with the system's error (EADDRINUSE, EACCES) when it cannot listen. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { host, port, log, now = systemClock, id = idMaker(), processing, metrics, trustProxy } = options
  const counted = metrics === undefined ? options.store : countingFailures(options.store, metrics)
  const { store, takesWrites } = watchingWrites(counted, logStoreChange)
  let url = ''
  let isDraining = false
  const publicUrl = () => options.publicUrl?.replace(/\/+$/, '') ?? url
  const { webhookAllow, apiVersion } = options
  const operations = service({
    store,
    now,
    id,
    publicUrl,
    verifiers: options.verifiers,
    processing,
    webhookAllow,
    changesEvery: options.changesEvery,
    apiVersion,
    auditDays: options.auditDays,
    onWake: () => atWork.wake(),
  })
  const sending = { targets: webhookTargets(webhookAllow), proxy: options.webhookProxy }
  const atWork = background({ service: operations, sending, onFault: logJobFault, metrics })
  // A failure to record key usage is counted with the store's failures, and stops nothing.
  const usage = keyUsage(operations, () => {})
  const app = createApp({
    service: operations,
    id,
    log,
    metrics,
    trustProxy,
    apiVersion: apiVersion ?? API_VERSION,
    publicUrl,
    usage,
    failures: failedKeys(),
    limiter: limiter({ rateLimits: store.rateLimits, now }),
    rateLimit: options.rateLimit ?? DEFAULT_RATE_LIMIT,
    health: { store, takesWrites, isDraining: () => isDraining },
    waiting: options.waiting,
    dashboard: options.dashboard,
    pages: options.pages,
  })
  boundSilentConnections(app.server, { trustProxy })
  const requests = requestsUnderWay(app.server)
  metrics?.watchRequests(requests.count)
  await app.listen({ host, port })
  url = urlOf(app.server.address() as AddressInfo)
  atWork.start()
  return {
    url,
    drain() {
      isDraining = true
    },
    async close() {
      isDraining = true
      const closed = app.close()
      const rested = atWork.close()
      await within(PATIENCE, requests.quiet())
      // Clients that keep a connection open, or never finish a request, must not delay the end.
      app.server.closeAllConnections()
      await closed
      await rested
      // Not worth a long wait while another process holds the store.
      await within(MARKING_PATIENCE, usage.close())
    },
  }
}

/** Waits for work, but no longer than some milliseconds. The process stays until then. */
async function within(milliseconds: number, work: Promise<void>): Promise<void> {
  const enough = new AbortController()
  const time = sleep(milliseconds, undefined, { signal: enough.signal }).catch(() => {})
  try {
    await Promise.race([work, time])
  } finally {
    enough.abort()
  }
}

function urlOf({ address, family, port }: AddressInfo): string {
  const host = family === 'IPv6' ? `[${address}]` : address
  return `http://${host}:${port}`
}
