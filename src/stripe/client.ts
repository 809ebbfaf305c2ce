import { AsyncLocalStorage } from 'node:async_hooks'
import type Stripe from 'stripe'
import { request } from '../outbound/request.js'
import type { Pace } from './pace.js'

export interface StripeAccess {
  /** A secret or restricted key, without a fault: see stripeKeyFault. */
  readonly key: string
  /** Where Stripe's API is, if not at its own address: a proxy, or a stand-in in tests. Without a fault: see apiBaseFault. */
  readonly apiBase?: string | undefined
  /** Keeps the requests within Stripe's rate limits; shared by all clients of one account and mode. */
  readonly pace?: Pace | undefined
  /** Time limit of one attempt, in milliseconds. */
  readonly timeout?: number | undefined
  /** How often a request without a usable answer is sent again, under the same idempotency key. */
  readonly retries?: number | undefined
}

const API_BASE = 'https://api.stripe.com'
const TIMEOUT = 8000
const RETRIES = 1
/** In bytes: far above a page of a hundred sessions with their reports. */
const LARGEST_ANSWER = 16 * 1024 * 1024

const surroundings = new AsyncLocalStorage<AbortSignal>()

/** Calls of a client within `calls` end with the signal. The client itself knows no signals. */
export function endingWith<T>(signal: AbortSignal, calls: () => Promise<T>): Promise<T> {
  return surroundings.run(signal, calls)
}

/**
 * The official client for one account and mode. It goes through the proxy of this machine, stays within the limits given,
 * sends no telemetry, and neither it nor its errors hold the key where they could be printed.
 */
export async function stripeClient(access: StripeAccess): Promise<Stripe> {
  const { default: Client } = await import('stripe')
  const { key, apiBase = API_BASE, pace, timeout = TIMEOUT, retries = RETRIES } = access
  const { protocol, hostname, port } = new URL(apiBase)
  return new Client(key, {
    host: hostname,
    port: port || (protocol === 'http:' ? '80' : '443'),
    protocol: protocol === 'http:' ? 'http' : 'https',
    telemetry: false,
    timeout,
    maxNetworkRetries: retries,
    appInfo: { name: 'verification-flows' },
    httpClient: Client.createFetchHttpClient(async (url, init = {}) => {
      const { method = 'GET', headers, body } = init
      const signal = AbortSignal.any([init.signal, surroundings.getStore()].filter((one) => one != null))
      await pace?.turn(endpointOf(method, String(url)), signal)
      const answer = await request(String(url), {
        method,
        headers: Object.fromEntries(new Headers(headers)),
        ...(typeof body === 'string' && { body }),
        signal,
        most: LARGEST_ANSWER,
      })
      pace?.answered(answer.status, secondsIn(answer.headers.get('retry-after')))
      const hasBody = answer.status >= 200 && ![204, 205, 304].includes(answer.status)
      return new Response(hasBody ? answer.text : null, { status: answer.status, headers: answer.headers })
    }),
  })
}

/** "GET /v1/identity/verification_sessions/:id": ids contain an underscore and a digit or capital letter. */
function endpointOf(method: string, url: string): string {
  const path = new URL(url).pathname.split('/').map((part) => (/^[a-z]{2,5}_(?=.*[A-Z0-9])/.test(part) ? ':id' : part))
  return `${method} ${path.join('/')}`
}

function secondsIn(header: string | null): number | undefined {
  return header !== null && /^\d+$/.test(header) ? Number(header) : undefined
}
