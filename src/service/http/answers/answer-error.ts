import type { FastifyError } from 'fastify'
import { StoreError } from '../../../store/store-error.js'
import { ApiError, type ErrorBody, type RateLimit } from '../../api-error.js'

/** An error as an answer: the status, the headers and the JSON. */
export interface ErrorAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: { readonly error: ErrorBody }
  /** Whether its code is one of this service's own. */
  readonly isOwn: boolean
  /** Whether the service or its store is at fault; the cause then belongs in the log. */
  readonly isFault: boolean
}

export function toErrorAnswer(error: unknown): ErrorAnswer {
  const { status, body, limit, foreign } = toApiError(error)
  // Explicit, so that no client guesses: a retry only helps after 409, while the first request is under way.
  const retry = status >= 500 ? {} : { 'stripe-should-retry': String(status === 409) }
  const challenge = status === 401 ? { 'www-authenticate': 'Bearer realm="flows"' } : {}
  return {
    status,
    headers: { ...retry, ...challenge, ...(limit && limitHeaders(limit)), ...requestOf(foreign) },
    body: { error: body },
    isOwn: foreign === undefined,
    isFault: isFault(status, error),
  }
}

/** Whether the service itself or its store is at fault. A store that is only busy is not. */
export function isFault(status: number, error: unknown): boolean {
  return status === 500 || (error instanceof StoreError && error.code !== 'busy')
}

/** Support at the other service asks for its own id of the request. The log has both. */
function requestOf(foreign: ApiError['foreign']): { readonly 'request-id'?: string } {
  return foreign?.request == null ? {} : { 'request-id': foreign.request }
}

function limitHeaders({ scope, retryAfter, isWorthRetry }: RateLimit) {
  return {
    'retry-after': String(retryAfter),
    'stripe-rate-limited-reason': scope === 'key' ? 'global-rate' : 'resource-specific',
    'stripe-should-retry': String(isWorthRetry),
  }
}

function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  if (error instanceof StoreError && error.code === 'busy') {
    return new ApiError(503, { type: 'api_error', code: 'lock_timeout', message: 'The store is busy. Try again.' })
  }
  if (error instanceof StoreError) {
    return new ApiError(503, { type: 'api_error', message: 'The store cannot be used at the moment.' })
  }
  const known = FRAMEWORK[(error as FastifyError | undefined)?.code ?? '']
  if (known) return new ApiError(known[0], { message: known[1] })
  return new ApiError(500, {
    type: 'api_error',
    message: 'Something went wrong on our side. The request id tells which request it was.',
  })
}

/** What the web framework refuses by itself. */
const FRAMEWORK: Readonly<Record<string, readonly [number, string]>> = {
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [400, 'The request body has another length than its Content-Length says.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [400, 'The Content-Type of the request cannot be read.'],
  FST_ERR_CTP_BODY_TOO_LARGE: [413, 'The request body is too large.'],
  FST_ERR_BAD_URL: [400, 'The path of the request is not well encoded.'],
  FST_ERR_ASYNC_CONSTRAINT: [400, 'The request cannot be understood.'],
}
