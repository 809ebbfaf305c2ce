import { isObject } from '../../model/json.js'
import { parseApi } from './api-address.js'
import { type Answered, exchange } from './exchange.js'
import { silent, strange } from './failure.js'

/** What a service says without a key. */
export interface Probed {
  /** How long its first answer took, in milliseconds. */
  readonly milliseconds: number
  readonly isEncrypted: boolean
  /** Why it takes no requests, in its own words; null if it takes them. */
  readonly notReady: string | null
  /** Null if the service is too old to say it. */
  readonly version: string | null
  /** How far its clock is ahead of ours, in seconds, accurate to about a second; null if it sent no time. */
  readonly ahead: number | null
}

/** In bytes: a long page of another server is not read to its end. */
const MOST = 64 * 1024

/**
 * Asks a flows API for its health, for at most `patience` milliseconds. Throws RemoteError `unreachable` without an
 * answer, or if something else answers: any server can send the same status.
 */
export async function probe(api: string, patience: number): Promise<Probed> {
  const { origin, protocol } = parseApi(api)
  // No key is sent, so there is no key to hide.
  const sent = { origin, apiKey: '\0', retryIsSafe: true, isRead: true }
  const signal = AbortSignal.timeout(patience)
  const begun = Date.now()
  const ask = (path: string) => exchange(origin + path, { method: 'GET', headers: {}, signal, most: MOST })
  const health = await ask('/healthz')
  const ended = Date.now()
  const ready = await ask('/readyz')
  if ('fault' in health) throw silent(sent, health.fault)
  if ('fault' in ready) throw silent(sent, ready.fault)
  const { status, body, headers } = health
  if (status !== 200 || !isObject(body) || body.status !== 'ok') throw strange(sent, health)
  const reason = whyNotReady(ready)
  if (reason === undefined) throw strange(sent, ready)
  const told = Date.parse(headers.get('date') ?? '')
  return {
    milliseconds: ended - begun,
    isEncrypted: protocol === 'https',
    notReady: reason,
    version: typeof body.version === 'string' ? body.version : null,
    // The time was sent between the two moments, without its fraction of a second: half a second on average.
    ahead: Number.isNaN(told) ? null : Math.round((told + 500 - (begun + ended) / 2) / 1000),
  }
}

/** Null if it is ready, undefined if this is not a flows API's answer. */
function whyNotReady({ status, body }: Answered): string | null | undefined {
  if (!isObject(body)) return undefined
  if (status === 200) return body.status === 'ready' ? null : undefined
  const message = status === 503 && isObject(body.error) ? body.error.message : undefined
  return typeof message === 'string' ? message : undefined
}
