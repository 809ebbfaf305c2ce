import type { StaleFlow } from '../model/deployment.js'

/** Codes of errors, Stripe's where Stripe has one. Clients match on them: wording may change, codes may not. */
export type ApiErrorCode =
  | 'resource_missing'
  | 'resource_already_exists'
  | 'parameter_missing'
  | 'parameter_unknown'
  | 'parameters_exclusive'
  | 'parameter_invalid_empty'
  | 'parameter_invalid_integer'
  | 'parameter_invalid_string_blank'
  | 'parameter_invalid'
  | 'url_invalid'
  | 'email_invalid'
  | 'phone_invalid'
  | 'api_key_expired'
  | 'lock_timeout'
  | 'livemode_mismatch'
  | 'rate_limit'
  // extensions
  | 'scope_missing'
  | 'flow_archived'
  | 'flow_version_conflict'
  | 'flow_of_other_project'
  | 'flow_status_invalid'
  | 'session_status_invalid'
  | 'session_redacted'
  | 'plan_digest_mismatch'

export interface ErrorBody {
  readonly type: 'invalid_request_error' | 'idempotency_error' | 'api_error'
  readonly code?: ApiErrorCode
  readonly message: string
  readonly param?: string
  /** Extension: with `flow_version_conflict`, every flow that has moved on. */
  readonly stale?: readonly StaleFlow[]
}

/** Whose limit it is: that of an API key, of an address that sends wrong keys, or of one that opens links. */
export type RateLimitScope = 'key' | 'address' | 'link'

/** Which limit a request was over, and what helps. */
export interface RateLimit {
  readonly scope: RateLimitScope
  /** Seconds until there is room again. */
  readonly retryAfter: number
  /** Whether the same request can succeed then. */
  readonly isWorthRetry: boolean
}

/** A request that is refused: the HTTP status and what stands under `error` in the answer. Never holds personal data. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly body: ErrorBody
  /** Only with 429. */
  readonly limit: RateLimit | undefined

  constructor(
    status: number,
    body: Omit<ErrorBody, 'type'> & Partial<Pick<ErrorBody, 'type'>>,
    limit?: RateLimit | undefined,
  ) {
    super(body.message)
    this.status = status
    this.limit = limit
    this.body = { type: 'invalid_request_error', ...body }
  }
}

/** 429. */
export function rateLimited(message: string, limit: RateLimit): ApiError {
  return new ApiError(429, { code: 'rate_limit', message }, limit)
}

/** 400 for one parameter, named with brackets: "options[document]". */
export function invalid(code: ApiErrorCode, param: string, message: string): ApiError {
  return new ApiError(400, { code, param, message })
}

export function missing(param: string): ApiError {
  return invalid('parameter_missing', param, `Missing required param: ${param}.`)
}

/** 404, in Stripe's words. The id is the caller's own, shortened: it might be anything. */
export function notFound(what: string, id: string, param = 'id'): ApiError {
  const shown = id.length > 100 ? `${id.slice(0, 100)}...` : id
  return new ApiError(404, { code: 'resource_missing', param, message: `No such ${what}: '${shown}'` })
}

/** 412, which no client retries by itself. Nothing was written. */
export function conflict(stale: readonly StaleFlow[], param?: string): ApiError {
  const names = stale.slice(0, 5).map(({ key }) => key)
  const more = stale.length > names.length ? ` and ${stale.length - names.length} more` : ''
  const message = `${stale.length === 1 ? 'A flow has' : `${stale.length} flows have`} changed since: ${names.join(', ')}${more}. Nothing was written.`
  return new ApiError(412, { code: 'flow_version_conflict', message, stale, ...(param !== undefined && { param }) })
}
