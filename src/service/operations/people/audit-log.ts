import type { PageOf } from '../../../store/page.js'
import type { AuditFilter, AuditRecord } from '../../../store/people/audit-log.js'
import type { ReadCall, WriteCall } from '../calls/call.js'
import { type ListParams, pageOf, rangeOf } from '../calls/list.js'

const DAY = 24 * 60 * 60
/** Dropped by one transaction. */
const MOST_AT_ONCE = 200

/** The records of a file at the most: the newest that fit. */
const MOST_IN_FILE = 10_000

export interface ListAuditParams extends ListParams, Pick<AuditFilter, 'actor' | 'action' | 'object'> {}

/** What people and keys did, in both modes, newest first. */
export async function listAudit(
  call: ReadCall,
  { actor, action, object, created, ...paging }: ListAuditParams,
): Promise<PageOf<AuditRecord>> {
  const page = await pageOf(paging, 'audit record', (id) => call.tx.auditLog.has(id))
  return call.tx.auditLog.list({ actor, action, object, created: rangeOf(created) }, page)
}

/** The newest records, for a file. */
export async function newestAudit(call: ReadCall, filter: AuditFilter): Promise<readonly AuditRecord[]> {
  const { data } = await call.tx.auditLog.list(filter, { limit: MOST_IN_FILE })
  return data
}

/** Drops what is too old, where it is said how long records are kept. Answers whether more may be left. */
export async function forgetAudit({ tx, now, auditDays }: WriteCall): Promise<boolean> {
  if (auditDays === null) return false
  if (!(await tx.tryLock('audit_log'))) return false
  return (await tx.auditLog.forget(now - auditDays * DAY, MOST_AT_ONCE)) === MOST_AT_ONCE
}
