import { isObject } from '../../model/json.js'
import { parseApi } from './api-address.js'
import { exchange } from './exchange.js'
import { silent } from './failure.js'

/** What a service tells without being shown a key. */
export interface Probed {
  /** How long its first answer took, in milliseconds. */
  readonly milliseconds: number
  readonly isEncrypted: boolean
  readonly isReady: boolean
  /** Null where the service is older than this question. */
  readonly version: string | null
  /** How far its clock is ahead of ours, in seconds; null where it told no time. Known to a second or so. */
  readonly ahead: number | null
}

/** Asks a flows API how it is, for at most `patience` milliseconds. Throws RemoteError `unreachable` without an answer. */
export async function probe(api: string, patience: number): Promise<Probed> {
  const { origin, protocol } = parseApi(api)
  // Nothing secret is sent, so there is nothing to keep back.
  const sent = { origin, apiKey: '\0', retryIsSafe: true }
  const signal = AbortSignal.timeout(patience)
  const begun = Date.now()
  const health = await exchange(`${origin}/healthz`, { signal })
  const ended = Date.now()
  const ready = await exchange(`${origin}/readyz`, { signal })
  if ('fault' in health) throw silent(sent, health.fault)
  if ('fault' in ready) throw silent(sent, ready.fault)
  const { body, headers } = health
  const told = Date.parse(headers.get('date') ?? '')
  return {
    milliseconds: ended - begun,
    isEncrypted: protocol === 'https',
    isReady: ready.status === 200,
    version: isObject(body) && typeof body.version === 'string' ? body.version : null,
    // It was told some time in between, and with the fraction of its second cut off.
    ahead: Number.isNaN(told) ? null : Math.round((told + 500 - (begun + ended) / 2) / 1000),
  }
}
