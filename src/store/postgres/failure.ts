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

/** Why there is no connection. */
export function toConnectError(error: unknown, label: string): unknown {
  // The driver's words when all connections are in use.
  if (error instanceof Error && error.message === 'timeout exceeded when trying to connect') {
    return new StoreError('busy', `${label} has had no free connection for too long`, { cause: error })
  }
  if (codeOf(error) === '53300') return busy(error, label)
  return unreadable(error, label)
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

const neverBegun = new WeakSet<object>()

/** Marks the failure of a connection that was dead before the transaction began. */
export function markNeverBegun(error: unknown): void {
  if (typeof error === 'object' && error !== null) neverBegun.add(error)
}

/** Whether the same work may be done again on another connection: none of it was done. */
export function isNeverBegun(error: unknown): boolean {
  return typeof error === 'object' && error !== null && neverBegun.has(error)
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
  return error instanceof Error && error.message !== '' ? error.message : String(codeOf(error) || 'no reason given')
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : ''
}

/** The server quotes the row at fault, which may hold personal data. */
function withoutValues(error: pg.DatabaseError): void {
  error.detail = error.where = error.internalQuery = undefined
}
