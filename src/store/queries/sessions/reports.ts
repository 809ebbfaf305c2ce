import { sha256 } from '../../../model/canonical.js'
import type { ReportReads, ReportRecord, ReportWrites } from '../../reports.js'
import { isOfFlowWithin } from '../flows/within.js'
import { parseJson } from '../rows/json.js'
import { readList } from '../rows/listing.js'
import type { Pace } from '../rows/pace.js'
import type { Db, ReportsTable } from '../tables.js'

export function reportQueries(db: Db, pace: Pace): ReportReads & ReportWrites {
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
    async list(livemode, { session, client_reference_id, type, created, within }, page) {
      const equal = [
        ['session', session],
        ['client_reference_hash', client_reference_id && sha256(client_reference_id)],
        ['type', type],
      ] as const
      const also = isOfFlowWithin('verification_reports', within)
      const listing = { table: 'verification_reports', livemode, created, equal, also } as const
      const { data, has_more } = await readList(db, pace, listing, page)
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
    options: parseJson(row.options),
    checks: parseJson(row.checks),
  }
}
