import { isObject } from '../../model/json.js'
import { parseApi } from './api-address.js'
import { type Answered, exchange } from './exchange.js'
import { silent, strange } from './failure.js'

/** What a service tells without being shown a key. */
export interface Probed {
  /** How long its first answer took, in milliseconds. */
  readonly milliseconds: number
  readonly isEncrypted: boolean
  /** Why it takes no requests, in its own words; null where it does. */
  readonly notReady: string | null
  /** Null where the service is older than this question. */
  readonly version: string | null
  /** How far its clock is ahead of ours, in seconds; null where it told no time. Known to a second or so. */
  readonly ahead: number | null
}

/** A page of somebody else's is not read to its end. */
const MOST = 64 * 1024

/**
 * Asks a flows API how it is, for at most `patience` milliseconds. Throws RemoteError `unreachable` without an answer, and
 * where something else answers than a flows API: what a status says, any page says too.
 */
export async function probe(api: string, patience: number): Promise<Probed> {
  const { origin, protocol } = parseApi(api)
  // Nothing secret is sent, so there is nothing to keep back.
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
    // It was told some time in between, and with the fraction of its second cut off.
    ahead: Number.isNaN(told) ? null : Math.round((told + 500 - (begun + ended) / 2) / 1000),
  }
}

/** Null where it is ready, and undefined where no flows API answers so. */
function whyNotReady({ status, body }: Answered): string | null | undefined {
  if (!isObject(body)) return undefined
  if (status === 200) return body.status === 'ready' ? null : undefined
  const message = status === 503 && isObject(body.error) ? body.error.message : undefined
  return typeof message === 'string' ? message : undefined
}
