import type { FastifyReply, FastifyRequest } from 'fastify'
import { SignInFault } from '../../../oidc/identity-provider.js'
import { VerifierError } from '../../../verifier/verifier-error.js'
import { ApiError } from '../../api-error.js'
import { isFault } from '../answers/answer-error.js'
import type { StoreChange } from './watching-writes.js'

/** One request in the log. No body, query string or ids from the path: they can hold personal data and secrets. */
export interface LogLine {
  readonly time: string
  readonly request: string
  readonly method: string
  /** The pattern, such as "/v1/identity/verification_flows/:verification_flow"; null for a path that does not exist. */
  readonly route: string | null
  readonly status: number
  readonly ms: number
  /** The mode of the API key; null without a valid key. */
  readonly mode: 'live' | 'test' | null
  /** The last characters of the API key. */
  readonly key: string | null
  /** The code of the error in the answer, or of what the identity provider said. */
  readonly code?: string
  /** The id of the request at the verifier whose error was handed on. */
  readonly verifier_request?: string
  /** What the verifier answered, in words without personal data. */
  readonly verifier?: string
  /** The cause, if the service itself or its store failed, or its account at the verifier. */
  readonly fault?: string
}

export function logLine(request: FastifyRequest, reply: FastifyReply): LogLine {
  return {
    time: new Date().toISOString(),
    request: request.id,
    method: request.method,
    route: request.routeOptions.url ?? null,
    status: reply.statusCode,
    ms: Math.round(reply.elapsedTime * 10) / 10,
    mode: request.caller === undefined ? null : request.caller.livemode ? 'live' : 'test',
    key: request.keyTail ?? null,
    ...codeOf(request.failure),
    ...verifierOf(request.failure),
    ...(isFault(reply.statusCode, request.failure) && { fault: faultOf(request.failure) }),
  }
}

function codeOf(failure: unknown): Pick<LogLine, 'code' | 'verifier_request'> {
  if (failure instanceof SignInFault) return { code: failure.reason }
  if (!(failure instanceof ApiError)) return {}
  const { body, foreign } = failure
  return {
    ...(body.code !== undefined && { code: body.code }),
    ...(foreign?.request != null && { verifier_request: foreign.request }),
  }
}

function verifierOf(failure: unknown): Pick<LogLine, 'verifier' | 'fault'> {
  const error = causeOf(failure)
  if (!(failure instanceof ApiError && error instanceof VerifierError)) return {}
  return { verifier: error.message, ...(error.cause !== undefined && { fault: faultOf(error) }) }
}

/** One line of JSON per request. */
export function logToStderr(line: LogLine): void {
  process.stderr.write(`${JSON.stringify(line)}\n`)
}

/** Only the service's own failures: their cause could not be found later. */
export function logFaults(line: LogLine): void {
  if (line.fault !== undefined) logToStderr(line)
}

/** A job in the background that failed. */
export function logJobFault(job: string, error: unknown): void {
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), job, fault: faultOf(error) })}\n`)
}

/** The store stopped taking writes, or takes them again. */
export function logStoreChange(change: StoreChange): void {
  const { takesWrites } = change
  const store = takesWrites ? 'takes writes again' : 'takes no writes'
  const fault = takesWrites ? {} : { fault: faultOf(change.error) }
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), store, ...fault })}\n`)
}

const MOST_CAUSES = 5

/** Names, codes and place, no message: it may quote the request. "StoreError unreadable < Error ERR_SQLITE_ERROR 13" */
function faultOf(error: unknown): string {
  const chain: string[] = []
  for (let one = error; chain.length < MOST_CAUSES && one !== undefined && one !== null; one = causeOf(one)) {
    chain.push(one instanceof Error ? nameOf(one) : typeof one)
  }
  return [chain.join(' < ') || typeof error, ...placeOf(error)].join(' ')
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined
}

/** An error's name, and its code from the store or the system; of a verifier its message, which holds nothing personal. */
function nameOf(error: Error): string {
  if (error instanceof VerifierError) return `${error.name} "${error.message}"`
  const { code, errcode } = error as { code?: unknown; errcode?: unknown }
  return [error.name, code, errcode].filter(isWord).join(' ')
}

function isWord(value: unknown): boolean {
  return typeof value === 'number' || (typeof value === 'string' && /^\w{1,60}$/.test(value))
}

/** The top of the stack. The message at its beginning is removed. */
function placeOf(error: unknown): string[] {
  if (!(error instanceof Error)) return []
  const frames = (error.stack ?? '').replace(error.message, () => '').split('\n')
  return frames
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 3)
    .map((line) => line.trim())
}
