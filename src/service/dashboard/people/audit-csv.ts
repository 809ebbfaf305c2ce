import type { AuditRecord } from '../../../store/people/audit-log.js'
import { csvOf } from '../parts/csv.js'

const COLUMNS = [
  ...['id', 'time', 'mode', 'actor', 'actor_name', 'sign_in', 'action', 'object', 'detail'],
  ...['address', 'agent', 'request'],
]

/** The records as a table, newest first. */
export function auditCsv(records: readonly AuditRecord[]): string {
  return csvOf([COLUMNS, ...records.map(line)])
}

function line(record: AuditRecord): readonly string[] {
  const { id, created, livemode, actor, actor_name, sign_in, action, object, detail, address, agent, request } = record
  const mode = livemode === null ? '' : livemode ? 'live' : 'test'
  const rest = [actor, actor_name, sign_in, action, object, detail, address, agent, request]
  return [id, new Date(created * 1000).toISOString(), mode, ...rest.map((value) => value ?? '')]
}
