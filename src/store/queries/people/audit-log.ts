import type { AuditLogReads, AuditLogWrites, AuditRecord } from '../../people/audit-log.js'
import { insertOf } from '../rows/compiled-once.js'
import { later } from '../rows/later.js'
import { readList } from '../rows/listing.js'
import type { Pace } from '../rows/pace.js'
import type { AuditLogTable, Db } from '../tables.js'

export function auditLogQueries(db: Db, pace: Pace): AuditLogReads & AuditLogWrites {
  return {
    async has(id) {
      const found = await db.selectFrom('audit_log').select('id').where('id', '=', id).executeTakeFirst()
      return found !== undefined
    },
    async list({ actor, action, object, created }, page) {
      const equal = [
        ['object', object],
        ['actor', actor],
        ['action', action],
      ] as const
      const { data, has_more } = await readList(db, pace, { table: 'audit_log', livemode: null, created, equal }, page)
      return { data: data.map(toRecord), has_more }
    },
    async insert(record) {
      await db.executeQuery(later(insertOf(db, 'audit_log', toRow(record))))
    },
    async forget(before, limit) {
      const old = db.selectFrom('audit_log').select('id').where('created', '<', before).orderBy('created').limit(limit)
      const ids = (await old.execute()).map(({ id }) => id)
      if (ids.length > 0) await db.deleteFrom('audit_log').where('id', 'in', ids).execute()
      return ids.length
    },
  }
}

function toRow(record: AuditRecord): AuditLogTable {
  return { ...record, livemode: record.livemode === null ? null : Number(record.livemode) }
}

function toRecord(row: AuditLogTable): AuditRecord {
  return { ...row, livemode: row.livemode === null ? null : row.livemode === 1 }
}
