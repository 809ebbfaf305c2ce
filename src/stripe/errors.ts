import { hideApiKeys } from '../model/api-key.js'
import { isObject } from '../model/json.js'
import { OutOfTurn } from './pace.js'

/** The error that Stripe answered, in its own shape. */
export interface StripeAnswer {
  readonly status: number
  readonly type: string
  readonly code?: string
  readonly param?: string
  /** May repeat what was sent: it is for the caller, not for a log. */
  readonly message?: string
  readonly doc_url?: string
  readonly request_log_url?: string
  readonly request_id?: string
}

/**
 * What a failed call of the official client means. `answer` is undefined if there was none. `isRetryable`: the same call
 * with the same idempotency key may succeed later. `isReplayed`: Stripe has repeated an answer that it had stored under
 * the key, so it will repeat it again.
 */
export interface StripeFailure {
  readonly answer: StripeAnswer | undefined
  readonly isRetryable: boolean
  readonly isReplayed: boolean
  /** Seconds until a retry makes sense, if known. */
  readonly retryAfter: number | undefined
  /** What happened, in a few words without personal data: "parameter_unknown (400, req_1)". */
  readonly summary: string
}

/** Codes of answers that say "not now". */
const NOT_NOW = new Set(['lock_timeout', 'idempotency_key_in_use', 'rate_limit'])

/**
 * What an error that the official client threw means; undefined if it is not one, so that a bug stays a bug.
 */
export function stripeFailure(error: unknown): StripeFailure | undefined {
  const outOfTurn = outOfTurnIn(error)
  if (outOfTurn !== undefined) {
    const { retryAfter } = outOfTurn
    return { answer: undefined, isRetryable: true, isReplayed: false, retryAfter, summary: outOfTurn.message }
  }
  if (!isStripeError(error)) return undefined
  const { statusCode: status, rawType, headers = {} } = error
  const requestId = error.requestId ?? headers['request-id']
  if (status === undefined || rawType === undefined) {
    const summary = status === undefined ? 'no usable answer' : `no usable answer (${status})`
    return { answer: undefined, isRetryable: true, isReplayed: false, retryAfter: undefined, summary }
  }
  const { code, param, message, doc_url, request_log_url } = error
  const answer: StripeAnswer = {
    status,
    type: rawType,
    ...(code !== undefined && { code }),
    ...(param !== undefined && { param }),
    ...(message !== '' && { message: hideApiKeys(message) }),
    ...(doc_url !== undefined && { doc_url }),
    ...(request_log_url !== undefined && { request_log_url }),
    ...(requestId !== undefined && { request_id: requestId }),
  }
  const after = Number(headers['retry-after'])
  return {
    answer,
    isRetryable: status >= 500 || status === 409 || status === 429 || NOT_NOW.has(code ?? ''),
    isReplayed: headers['idempotent-replayed'] === 'true',
    retryAfter: Number.isFinite(after) && after > 0 ? after : undefined,
    summary: `${code ?? rawType} (${[status, ...(requestId === undefined ? [] : [requestId])].join(', ')})`,
  }
}

interface OfficialError extends Error {
  readonly statusCode?: number
  readonly rawType?: string
  readonly requestId?: string
  readonly code?: string
  readonly param?: string
  readonly doc_url?: string
  readonly request_log_url?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly detail?: unknown
}

/** By shape, so that the client need not be loaded to tell. */
function isStripeError(error: unknown): error is OfficialError {
  return error instanceof Error && 'rawType' in error && 'requestId' in error && 'statusCode' in error
}

/** The client wraps what its transport throws as the detail of its own error. */
function outOfTurnIn(error: unknown): OutOfTurn | undefined {
  if (error instanceof OutOfTurn) return error
  return isObject(error) && error.detail instanceof OutOfTurn ? error.detail : undefined
}
