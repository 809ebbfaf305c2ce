import type { StaleFlow } from '../model/deployment.js'
import type { ErrorType } from '../model/resources.js'

/** What an error code means, and the HTTP statuses that it comes with. */
interface ErrorKind {
  readonly statuses: readonly number[]
  readonly meaning: string
}

/**
 * Every error code; Stripe's own where Stripe has one. Clients match on them: wording may change, codes may not. Types,
 * the OpenAPI document and the tests read this table. A test checks that the service really answers each code.
 */
export const API_ERRORS = {
  resource_missing: {
    statuses: [404],
    meaning:
      'There is no such object in this mode. The param is its name in the path, as Stripe has it (events: id), or the parameter that names it.',
  },
  resource_already_exists: { statuses: [400], meaning: 'Another object has this key.' },
  parameter_missing: { statuses: [400], meaning: 'A parameter is needed that was not given.' },
  parameter_unknown: { statuses: [400], meaning: 'There is no such parameter, or not in this place.' },
  parameters_exclusive: { statuses: [400], meaning: 'Only one of two parameters can be given.' },
  parameter_invalid_empty: { statuses: [400], meaning: 'The parameter cannot be empty.' },
  parameter_invalid_integer: { statuses: [400], meaning: 'Not an integer, or not one within the limits.' },
  parameter_invalid_string_blank: { statuses: [400], meaning: 'The text holds nothing but white space.' },
  url_invalid: { statuses: [400], meaning: 'Not an address that is permitted here.' },
  email_invalid: { statuses: [400], meaning: 'Not an email address.' },
  api_key_expired: { statuses: [401], meaning: 'The API key was good once: it was revoked, or has expired.' },
  lock_timeout: {
    statuses: [409, 503],
    meaning: 'The store is busy, or another change of the object is under way. The same request can be tried again.',
  },
  livemode_mismatch: { statuses: [400], meaning: 'Only keys of the test mode may ask for this.' },
  idempotency_key_in_use: { statuses: [409], meaning: 'A request with the same idempotency key is under way.' },
  rate_limit: { statuses: [429], meaning: 'Too many requests at once.' },
  platform_account_required: {
    statuses: [403],
    meaning:
      'The request names another account (Stripe-Account or Stripe-Context). There are no connected accounts here.',
  },
  // extensions
  scope_missing: { statuses: [403], meaning: 'The API key lacks the scope that the message names.' },
  key_bound: {
    statuses: [403],
    meaning: 'The API key is bound to a project, to flows or to addresses, and this lies beyond.',
  },
  flow_archived: { statuses: [400], meaning: 'An archived flow takes no new sessions.' },
  flow_version_conflict: { statuses: [412], meaning: 'A flow has changed since. Nothing was written.' },
  flow_of_other_project: { statuses: [400], meaning: 'Another project manages the flow.' },
  flow_status_invalid: {
    statuses: [400],
    meaning: 'The flow is archived, or is not, and so cannot be changed this way.',
  },
  session_status_invalid: { statuses: [400], meaning: 'The status of the session does not permit this.' },
  session_redacted: { statuses: [400], meaning: 'What was redacted cannot be changed.' },
  verifier_refused: { statuses: [400], meaning: 'Who verifies the session does not do this; the message says why.' },
  verifier_unavailable: {
    statuses: [503],
    meaning: 'Who verifies the session does not answer. A change that was asked for is kept, and tried again.',
  },
  plan_digest_mismatch: { statuses: [400], meaning: 'The digest is not that of the changes that were sent.' },
  webhook_endpoint_limit: { statuses: [400], meaning: 'The mode has as many webhook endpoints as it can.' },
  webhook_endpoint_disabled: { statuses: [400], meaning: 'Nothing is sent to an endpoint that is disabled.' },
} as const satisfies Record<string, ErrorKind>

export type ApiErrorCode = keyof typeof API_ERRORS

/** Errors without a code, by HTTP status. */
export const UNCODED_ERRORS: Readonly<Record<number, string>> = {
  400: 'The request is not well formed, a parameter (param) has a value that is not permitted, or the idempotency key belongs to another request (type idempotency_error).',
  401: 'There is no API key, or none that is known.',
  403: 'The key may not see what it asked to expand.',
  404: 'There is no such path.',
  405: 'The server is not a proxy.',
  408: 'The request did not come to its end in time.',
  413: 'The request body is too large.',
  415: 'The request body is compressed.',
  417: 'The only expectation that is met is 100-continue.',
  431: 'The head of the request is too large.',
  500: 'A fault of the service. The request id tells which request it was.',
  503: 'The server is being stopped, or its store does not answer or takes no writes: see /readyz.',
}

export interface ErrorBody {
  readonly type: ErrorType
  /** One of this service, or of the verifier whose error it is. */
  readonly code?: string
  readonly message: string
  readonly param?: string
  /** Where the code is explained; only with a code, and only in answers over HTTP. */
  readonly doc_url?: string
  /** Extension: with `flow_version_conflict`, every flow that has changed since. */
  readonly stale?: readonly StaleFlow[]
}

/** Whose limit it is: an API key's, an address's that sends wrong keys, or an address's that opens links. */
export type RateLimitScope = 'key' | 'address' | 'link'

/** Which limit a request exceeded, and what helps. */
export interface RateLimit {
  readonly scope: RateLimitScope
  /** Seconds until there is room again. */
  readonly retryAfter: number
  /** Whether the same request can succeed then. */
  readonly isWorthRetry: boolean
}

/** An error of this service: it has one of its own codes. */
type OwnBody = Omit<ErrorBody, 'type' | 'code'> & Partial<Pick<ErrorBody, 'type'>> & { readonly code?: ApiErrorCode }

/** What another service answered, in Stripe's shape: it is handed on to the caller. */
export interface ForeignAnswer {
  readonly status: number
  readonly type: string
  readonly code: string | null
  readonly param: string | null
  readonly message: string
  /** Its own id of the request. */
  readonly request: string | null
}

/** A refused request: the HTTP status, and the object under `error` in the answer. Never holds personal data. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly body: ErrorBody
  /** Only with 429. */
  readonly limit: RateLimit | undefined
  /** The id of the request at the service whose error this is; undefined for an error of this service. */
  readonly foreign: { readonly request: string | null } | undefined

  constructor(
    status: number,
    body: OwnBody,
    {
      limit,
      foreign,
      cause,
    }: { readonly limit?: RateLimit; readonly foreign?: ForeignAnswer; readonly cause?: unknown } = {},
  ) {
    super(body.message, { cause })
    this.status = status
    this.limit = limit
    this.foreign = foreign && { request: foreign.request }
    this.body = { type: 'invalid_request_error', ...body, ...(foreign?.code != null && { code: foreign.code }) }
  }
}

/** The error of another service, as it answered it. `cause` is for the log. */
export function handedOn(answer: ForeignAnswer, cause?: unknown): ApiError {
  const { status, type, param, message } = answer
  const known = type === 'api_error' || type === 'idempotency_error' ? type : 'invalid_request_error'
  return new ApiError(status, { type: known, message, ...(param !== null && { param }) }, { foreign: answer, cause })
}

/** 429. */
export function rateLimited(message: string, limit: RateLimit): ApiError {
  return new ApiError(429, { code: 'rate_limit', message }, { limit })
}

/** 400 for one parameter, named with brackets: "options[document]". */
export function invalid(code: ApiErrorCode, param: string, message: string): ApiError {
  return new ApiError(400, { code, param, message })
}

/** 400 for a parameter value that is not permitted. As at Stripe it has no code: `param` and the message explain it. */
export function invalidValue(param: string, message: string): ApiError {
  return new ApiError(400, { param, message })
}

export function missing(param: string): ApiError {
  return invalid('parameter_missing', param, `Missing required param: ${param}.`)
}

/**
 * 404, in Stripe's words. The id comes from the caller and might be anything, so it is shortened. `param` is the
 * parameter that names it, as the route's path writes it: "session".
 */
export function notFound(what: string, id: string, param: string): ApiError {
  const shown = id.length > 100 ? `${id.slice(0, 100)}...` : id
  return new ApiError(404, { code: 'resource_missing', param, message: `No such ${what}: '${shown}'` })
}

/** 412: clients do not retry it by themselves. Nothing was written. */
export function conflict(stale: readonly StaleFlow[], param?: string): ApiError {
  const names = stale.slice(0, 5).map(({ key }) => key)
  const more = stale.length > names.length ? ` and ${stale.length - names.length} more` : ''
  const message = `${stale.length === 1 ? 'A flow has' : `${stale.length} flows have`} changed since: ${names.join(', ')}${more}. Nothing was written.`
  return new ApiError(412, { code: 'flow_version_conflict', message, stale, ...(param !== undefined && { param }) })
}
