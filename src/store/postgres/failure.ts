import pg from 'pg'
import { StoreError } from '../store-error.js'

/** Failures caused by other work; trying again may help (postgresql.org/docs/current/errcodes-appendix.html). */
const BUSY = new Set(['55P03', '57014', '53300', '25P03'])
/** The server gave up one of two conflicting transactions: the work can simply be repeated. */
const COLLISIONS = new Set(['40001', '40P01'])
/**
 * Faults of the server or the network, not of this program: connection, authorisation, missing database, resources,
 * shutdown, files; and a table of the same name that belongs to another program.
 */
const UNREADABLE = /^(?:08|28|3D|53|57P|58|F0|XX00[12]|25006$|42501$|42P07$)/

/** Why there is no connection: the failure of each server that was tried, in order. */
export function toConnectError(failures: readonly unknown[], label: string): unknown {
  const [first] = failures
  const cause = failures.length === 1 ? first : new AggregateError(failures)
  // The driver's message when all connections are in use.
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

/** Whether to try the next server. Not if all connections to this one are in use, or it knows and refuses the user. */
export function isOfTheNextServer(error: unknown): boolean {
  return !(error instanceof Error && error.message === ALL_IN_USE) && !/^(?:28|3D)/.test(codeOf(error))
}

/** The server or the network is just starting, stopping or changing: a moment later it may work. */
function isPassing(error: unknown): boolean {
  const isCut = error instanceof Error && error.message === 'Connection terminated unexpectedly'
  return isCut || /^(?:ECONNREFUSED|ECONNRESET|EPIPE|EAI_AGAIN|ENOENT|57P|08)/.test(codeOf(error))
}

/** Why a statement failed. This program's own errors stay as they are. */
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

/** Whether a failed statement makes its connection unusable. */
export function endsTheConnection(error: unknown): boolean {
  // An error that is not the server's comes from the connection.
  if (!(error instanceof pg.DatabaseError)) return !(error instanceof TypeError)
  return /^(?:57P|08|25P0[34])/.test(codeOf(error)) || /^(?:FATAL|PANIC)$/.test(error.severity ?? '')
}

/** Whether a statement was refused because an earlier one of its transaction had failed. */
export function isConsequence(error: unknown): boolean {
  return codeOf(error) === '25P02'
}

/**
 * Whether a prepared statement no longer fits: a table has got a column since (0A000 of the server's plan cache), or a
 * pooler in between has given the connection to others. A new connection prepares it anew.
 */
export function isOutdatedStatement(error: unknown): boolean {
  if (!(error instanceof pg.DatabaseError)) return false
  const code = codeOf(error)
  return code === '26000' || code === '42P05' || (code === '0A000' && error.routine === 'RevalidateCachedQuery')
}

/** Whether a server refused a write because it is read-only: a standby, or a database set so. */
export function isRefusedWrite(error: unknown): boolean {
  return codeOf(error) === '25006'
}

/**
 * What a lost connection means for its work. `never begun`: it was dead before. `undone`: the server dropped the
 * transaction, or there was none. In both cases the work may be repeated on another connection. `unknown`: the server
 * got the commit, and did not answer.
 */
export type Loss = 'never begun' | 'undone' | 'unknown'

const losses = new WeakMap<object, Loss>()

export function markLoss(error: unknown, loss: Loss): void {
  if (typeof error === 'object' && error !== null) losses.set(error, loss)
}

export function lossOf(error: unknown): Loss | undefined {
  return typeof error === 'object' && error !== null ? losses.get(error) : undefined
}

/** The connection was lost during a commit: whether it succeeded is unknown. */
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

/** If several addresses were tried, the first reason: the error around them has no message of its own. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0])
  const reason = error instanceof Error && error.message !== '' ? error.message : codeOf(error) || 'no reason given'
  return UNKNOWN_AUTHORITY.has(codeOf(error)) ? `${reason} (sslrootcert names the file of its authority)` : reason
}

/** A certificate of an authority unknown to this machine, as managed databases have them. */
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

/** The server's error quotes the failing row, which may hold personal data. */
function withoutValues(error: pg.DatabaseError): void {
  error.detail = error.where = error.internalQuery = undefined
}
