import { inspect } from 'node:util'
import { hideApiKeys } from '../../model/api-key.js'
import type { StaleFlow } from '../../model/deployment.js'
import { isObject } from '../../model/json.js'
import { type Mode, modeFor, otherMode } from '../../model/mode.js'
import { faultText } from '../../outbound/fault-text.js'
import { RemoteError } from '../remote.js'
import type { Answered, Exchange } from './exchange.js'
import { isStaleFlow } from './generated/answers.js'

const KEY_OF_OTHER_MODE = 'key_of_other_mode'
/** Something else answered. */
export const NOT_A_FLOWS_API = 'not_a_flows_api'

/** Where a request went, with which key, and whether it can safely be sent again. */
export interface Sent {
  readonly origin: string
  readonly apiKey: string
  /** The environment variable that the key comes from, if it comes from one. */
  readonly keyVariable?: string | undefined
  /** The intended mode, if one was given. */
  readonly mode?: Mode | undefined
  readonly retryIsSafe: boolean
  /** Whether it only reads. */
  readonly isRead?: boolean
}

/** The body of the answer; throws the failure that the answer means. */
export function bodyOf<T>(sent: Sent, received: Exchange, shape: (value: unknown) => boolean): T {
  if ('fault' in received) throw silent(sent, received.fault)
  const { status, body } = received
  if (status < 200 || status > 299) throw refused(sent, received)
  if (!shape(body)) throw strange(sent, received)
  if (isOfOtherMode(body, sent.mode)) throw answerOfOtherMode(sent, sent.mode)
  return body as T
}

/** An answer names its mode; a list names it in each member. */
function isOfOtherMode(body: unknown, mode: Mode | undefined): mode is Mode {
  if (mode === undefined || !isObject(body)) return false
  const said = Array.isArray(body.data) ? body.data : [body]
  return said.some((one) => isObject(one) && typeof one.livemode === 'boolean' && modeFor(one.livemode) !== mode)
}

type Whose = Pick<Sent, 'origin' | 'keyVariable'>

/** Usually the variable holds the wrong key. */
export function keyOfOtherMode({ origin, keyVariable }: Whose, mode: Mode): RemoteError {
  const message = `the API key for ${origin} is of ${otherMode(mode)} mode, and ${mode} mode is meant`
  return new RemoteError('not_authorised', message, { code: KEY_OF_OTHER_MODE, keyVariable })
}

function answerOfOtherMode({ origin, keyVariable }: Whose, mode: Mode): RemoteError {
  const message = `${origin} answers this API key with ${otherMode(mode)} mode, and ${mode} mode is meant`
  return new RemoteError('not_authorised', message, { code: KEY_OF_OTHER_MODE, keyVariable })
}

/** No answer. */
export function silent({ origin, apiKey, retryIsSafe, isRead = false }: Sent, fault: unknown): RemoteError {
  const why = without(apiKey, faultText(fault))
  // The system's error is kept as cause, unless it quotes the request.
  const text = inspect(fault, { depth: 8 })
  const isClean = without(apiKey, text) === text
  const message = `${origin} cannot be reached: ${why}`
  return new RemoteError('unreachable', message, { retryIsSafe, isRead, ...(isClean && { cause: fault }) })
}

/** An answer that no flows API would give, so its status says nothing about the key or the request. */
export function strange(
  { origin, apiKey, retryIsSafe, isRead = false }: Sent,
  { status, headers, body }: Answered,
): RemoteError {
  const elsewhere = status >= 300 && status < 400 ? headers.get('location') : null
  const what =
    elsewhere !== null
      ? `and sends on to ${without(apiKey, elsewhere)}`
      : `with ${body === undefined ? 'a page' : 'JSON'} that is not a flows API's`
  const message = `${origin} answered ${status} ${what}: is the address right, is a proxy between?`
  const details = { code: NOT_A_FLOWS_API, retryIsSafe, isRead, ...requestIdOf(headers, apiKey) }
  return new RemoteError('unreachable', message, details)
}

/** A refused request. Takes only what the port promises from the answer, and removes the key from it. */
function refused(sent: Sent, received: Answered): RemoteError {
  const { origin, apiKey, keyVariable, retryIsSafe, isRead = false } = sent
  const { status, headers, body } = received
  const error = errorOf(body)
  const told = (value: unknown) => (typeof value === 'string' ? without(apiKey, value) : undefined)
  const [message, code, param] = [told(error?.message), told(error?.code), told(error?.param)]
  const kind = kindOf(status, code)
  if (error === undefined && !(status in WORDS)) return strange(sent, received)
  return new RemoteError(kind, message ?? `${origin} answered ${WORDS[status] ?? status}`, {
    ...(kind === 'unreachable' && { retryIsSafe, isRead }),
    ...(kind === 'not_authorised' && { keyVariable }),
    ...(status in CODES ? { code: CODES[status] as string } : code !== undefined && { code }),
    ...(param !== undefined && { param }),
    ...requestIdOf(headers, apiKey),
    ...(Array.isArray(error?.stale) && { stale: staleOf(error.stale, apiKey) }),
  })
}

/** The error of a flows API, in Stripe's shape. Web pages and other APIs, such as a proxy's, have another shape. */
function errorOf(body: unknown): Readonly<Record<string, unknown>> | undefined {
  if (!isObject(body) || !isObject(body.error)) return undefined
  const { type, message } = body.error
  return typeof type === 'string' && typeof message === 'string' ? body.error : undefined
}

const WORDS: Readonly<Record<number, string>> = {
  413: '413: the request is too large. Change fewer flows at once: apply them in several steps, or split the project',
  429: '429: too many requests. Send fewer at once, or try again a little later',
}

const CODES: Readonly<Record<number, string>> = { 413: 'request_too_large', 429: 'rate_limit' }

function kindOf(status: number, code: string | undefined): RemoteError['kind'] {
  if (status === 401 || status === 403) return 'not_authorised'
  if (status === 404) return 'not_found'
  if (status === 412 || code === 'flow_version_conflict') return 'stale'
  return status < 400 || status >= 500 || status === 429 ? 'unreachable' : 'invalid'
}

function staleOf(values: readonly unknown[], apiKey: string): readonly StaleFlow[] {
  const flows = values.filter(isStaleFlow) as readonly StaleFlow[]
  return flows.map(({ key, base_version, current_version, updated_by, updated }) => ({
    key: without(apiKey, key),
    base_version,
    current_version,
    updated_by: updated_by === null ? null : without(apiKey, updated_by),
    updated,
  }))
}

function requestIdOf(headers: Headers, apiKey: string): { requestId?: string } {
  const requestId = headers.get('request-id')
  return requestId === null ? {} : { requestId: without(apiKey, requestId) }
}

/** The server may quote the key that it got, whatever the key looks like. */
function without(apiKey: string, text: string): string {
  return hideApiKeys(text.replaceAll(apiKey, '...'))
}
