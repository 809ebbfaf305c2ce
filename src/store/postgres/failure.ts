import pg from 'pg'
import { StoreError } from '../store-error.js'

/** What somebody else's work does to ours, and trying again may mend (postgresql.org/docs/current/errcodes-appendix.html). */
const BUSY = new Set(['55P03', '57014', '53300', '25P03'])
/** The server gave up one of two transactions that were in each other's way: the work may simply be done again. */
const COLLISIONS = new Set(['40001', '40P01'])
/**
 * What the server or the network does to a store, not what this program does wrong: connection, authorisation, no such
 * database, resources, shutdown, files; and a table of that name that is somebody else's.
 */
const UNREADABLE = /^(?:08|28|3D|53|57P|58|F0|XX00[12]|25006$|42501$|42P07$)/

/** Why there is no connection: what came of each server that was tried, in their order. */
export function toConnectError(failures: readonly unknown[], label: string): unknown {
  const [first] = failures
  const cause = failures.length === 1 ? first : new AggregateError(failures)
  // The driver's words when all connections are in use.
  if (failures.some((one) => one instanceof Error && one.message === ALL_IN_USE)) {
    return new StoreError('busy', `${label} has had no free connection for too long`, { cause })
  }
  if (failures.every((one) => codeOf(one) === '53300')) return busy(cause, label)
  const reasons = [...new Set(failures.map(reasonOf))].join('; ')
  const error = new StoreError('unreadable', `${label} cannot be used: ${reasons}`, { cause })
  if (failures.some(isPassing)) markLoss(error, 'undone')
  return error
}

const ALL_IN_USE = 'timeout exceeded when trying to connect'

/** Whether the next of several servers is worth a try: not where this one has all its connections in use, or knows the user and refuses. */
export function isOfTheNextServer(error: unknown): boolean {
  return !(error instanceof Error && error.message === ALL_IN_USE) && !/^(?:28|3D)/.test(codeOf(error))
}

/** A server that is being started, stopped or replaced, or a network that is: a moment later it may be otherwise. */
function isPassing(error: unknown): boolean {
  const isCut = error instanceof Error && error.message === 'Connection terminated unexpectedly'
  return isCut || /^(?:ECONNREFUSED|ECONNRESET|EPIPE|EAI_AGAIN|ENOENT|57P|08)/.test(codeOf(error))
}

/** Why a statement failed. Errors of this program's own making stay as they are. */
export function toStatementError(error: unknown, label: string): unknown {
  if (error instanceof TypeError) return error
  if (!(error instanceof pg.DatabaseError)) return unreadable(error, label)
  withoutValues(error)
  const code = codeOf(error)
  if (BUSY.has(code)) return busy(error, label)
  return UNREADABLE.test(code) ? unreadable(error, label) : error
}

/** Whether the same work may be done again: the server undid all of it. */
export function isCollision(error: unknown): boolean {
  return error instanceof pg.DatabaseError && COLLISIONS.has(codeOf(error))
}

/** Whether a failed statement leaves a connection that nobody can use any more. */
export function endsTheConnection(error: unknown): boolean {
  // Whatever does not come from the server comes from the connection.
  if (!(error instanceof pg.DatabaseError)) return !(error instanceof TypeError)
  return /^(?:57P|08|25P0[34])/.test(codeOf(error)) || /^(?:FATAL|PANIC)$/.test(error.severity ?? '')
}

/** Whether a server refused a write because it takes none: a standby, or a database that is set so. */
export function isRefusedWrite(error: unknown): boolean {
  return codeOf(error) === '25006'
}

/**
 * What a connection that was lost did to the work on it. `never begun`: it was dead before. `undone`: the server dropped
 * what was begun, or there was none. In both cases the same work may be done again, on another connection. `unknown`: the
 * server was asked to keep it, and did not answer.
 */
export type Loss = 'never begun' | 'undone' | 'unknown'

const losses = new WeakMap<object, Loss>()

export function markLoss(error: unknown, loss: Loss): void {
  if (typeof error === 'object' && error !== null) losses.set(error, loss)
}

export function lossOf(error: unknown): Loss | undefined {
  return typeof error === 'object' && error !== null ? losses.get(error) : undefined
}

/** The connection was lost while the server was asked to keep a transaction: nobody knows whether it has. */
export function toLostCommit(error: unknown, label: string): StoreError {
  const message = `${label} went away while it was to keep what was written: it has kept all of it, or nothing`
  const lost = new StoreError('unreadable', message, { cause: error })
  markLoss(lost, 'unknown')
  return lost
}

export function busy(cause: unknown, label: string): StoreError {
  return new StoreError('busy', `${label} has been busy with others for too long`, { cause })
}

function unreadable(error: unknown, label: string): StoreError {
  return new StoreError('unreadable', `${label} cannot be used: ${reasonOf(error)}`, { cause: error })
}

/** Of several addresses that were tried, the first reason: the error around them has no words of its own. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0])
  const reason = error instanceof Error && error.message !== '' ? error.message : codeOf(error) || 'no reason given'
  return UNKNOWN_AUTHORITY.has(codeOf(error)) ? `${reason} (sslrootcert names the file of its authority)` : reason
}

/** A certificate that somebody has signed whom this machine does not know, as managed databases have them. */
const UNKNOWN_AUTHORITY = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
])

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : ''
}

/** The server quotes the row at fault, which may hold personal data. */
function withoutValues(error: pg.DatabaseError): void {
  error.detail = error.where = error.internalQuery = undefined
}
