import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Metrics } from '../metrics.js'

/** The service's metrics in the Prometheus format. */
export interface Prometheus {
  readonly metrics: Metrics
  readonly contentType: string
  text(): Promise<string>
}

/** In seconds: from a lookup to a large deployment. */
const REQUEST_BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
const WEBHOOK_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** Clients may send any method; without this set the number of labels would grow without bound. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

export function prometheus(): Prometheus {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const requests = new Histogram({
    name: 'flows_http_request_duration_seconds',
    help: 'Requests that were answered, by method, route and class of status, and how long they took.',
    labelNames: ['method', 'route', 'status'],
    buckets: REQUEST_BUCKETS,
    registers,
  })
  const limited = new Counter({
    name: 'flows_rate_limited_total',
    help: 'Requests that were refused with 429, by whose limit it was.',
    labelNames: ['scope'],
    registers,
  })
  const storeErrors = new Counter({
    name: 'flows_store_errors_total',
    help: 'What the store could not do, by the reason.',
    labelNames: ['code'],
    registers,
  })
  const webhooks = new Histogram({
    name: 'flows_webhook_attempt_duration_seconds',
    help: 'Attempts to deliver an event to a webhook endpoint, by what became of them, and how long they took.',
    labelNames: ['result'],
    buckets: WEBHOOK_BUCKETS,
    registers,
  })
  const jobs = new Histogram({
    name: 'flows_job_duration_seconds',
    help: 'Rounds of jobs in the background, by job and what became of them, and how long they took.',
    labelNames: ['job', 'result'],
    buckets: REQUEST_BUCKETS,
    registers,
  })
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    metrics: {
      requestEnded({ method, route, status, seconds }) {
        const labels = {
          method: METHODS.has(method) ? method : 'other',
          route: route ?? 'none',
          status: `${Math.floor(status / 100)}xx`,
        }
        requests.observe(labels, seconds)
      },
      watchRequests(underWay) {
        new Gauge({
          name: 'flows_http_requests_under_way',
          help: 'Requests that are being answered.',
          registers,
          collect() {
            this.set(underWay())
          },
        })
      },
      rateLimited: (scope) => limited.inc({ scope }),
      storeFailed: (code) => storeErrors.inc({ code }),
      webhookAttempted: (result, seconds) => webhooks.observe({ result }, seconds),
      jobEnded: (job, result, seconds) => jobs.observe({ job, result }, seconds),
    },
  }
}
