import { sha256 } from '../../model/canonical.js'
import type { ReportReads, ReportRecord, ReportWrites } from '../reports.js'
import { boundsOf, readPage } from './page.js'
import type { Db, ReportsTable } from './tables.js'

export function reportQueries(db: Db): ReportReads & ReportWrites {
  const inMode = (livemode: boolean) =>
    db.selectFrom('verification_reports').selectAll().where('livemode', '=', Number(livemode))
  return {
    async byId(livemode, id) {
      const row = await inMode(livemode).where('id', '=', id).executeTakeFirst()
      return row && toRecord(row)
    },
    async byIds(livemode, ids) {
      if (ids.length === 0) return []
      return (await inMode(livemode).where('id', 'in', ids).execute()).map(toRecord)
    },
    async list(livemode, { session, client_reference_id, type, created }, page) {
      const { data, has_more } = await readPage(page, ({ order, comparison, cursor, limit }) => {
        let query = inMode(livemode).orderBy('id', order).limit(limit)
        if (cursor !== undefined) query = query.where('id', comparison, cursor)
        if (session !== undefined) query = query.where('session', '=', session)
        if (client_reference_id !== undefined) {
          query = query.where('client_reference_hash', '=', sha256(client_reference_id))
        }
        if (type !== undefined) query = query.where('type', '=', type)
        for (const [bound, time] of boundsOf(created)) query = query.where('created', bound, time)
        return query.execute()
      })
      return { data: data.map(toRecord), has_more }
    },
    async insert(report) {
      await db.insertInto('verification_reports').values(toRow(report)).execute()
    },
    async ofSession(session) {
      const rows = await db
        .selectFrom('verification_reports')
        .selectAll()
        .where('session', '=', session)
        .orderBy('id')
        .execute()
      return rows.map(toRecord)
    },
    async update({ id, checks }) {
      await db
        .updateTable('verification_reports')
        .set({ checks: JSON.stringify(checks) })
        .where('id', '=', id)
        .execute()
    },
  }
}

function toRow(record: ReportRecord): ReportsTable {
  const { client_reference_id: reference } = record
  return {
    ...record,
    livemode: Number(record.livemode),
    client_reference_hash: reference === null ? null : sha256(reference),
    options: JSON.stringify(record.options),
    checks: JSON.stringify(record.checks),
  }
}

function toRecord({ client_reference_hash, ...row }: ReportsTable): ReportRecord {
  return {
    ...row,
    livemode: row.livemode === 1,
    type: row.type as ReportRecord['type'],
    options: JSON.parse(row.options),
    checks: JSON.parse(row.checks),
  }
}
