import { sha256 } from '../../model/canonical.js'
import type { SessionReads, SessionRecord, SessionWrites } from '../store.js'
import { boundsOf, readPage } from './page.js'
import type { Db, SessionsTable } from './tables.js'

export function sessionQueries(db: Db): SessionReads & SessionWrites {
  const inMode = (livemode: boolean) =>
    db.selectFrom('verification_sessions').selectAll().where('livemode', '=', Number(livemode))
  return {
    async byId(livemode, id) {
      const row = await inMode(livemode).where('id', '=', id).executeTakeFirst()
      return row && toRecord(row)
    },
    async list(livemode, filter, page) {
      const { data, has_more } = await readPage(page, ({ order, comparison, cursor, limit }) => {
        let query = inMode(livemode).orderBy('id', order).limit(limit)
        if (cursor !== undefined) query = query.where('id', comparison, cursor)
        if (filter.flow !== undefined) query = query.where('flow', '=', filter.flow)
        if (filter.client_reference_id !== undefined) {
          query = query.where('client_reference_hash', '=', sha256(filter.client_reference_id))
        }
        if (filter.related_customer !== undefined) query = query.where('related_customer', '=', filter.related_customer)
        if (filter.status !== undefined) query = query.where('status', '=', filter.status)
        for (const [bound, time] of boundsOf(filter.created)) query = query.where('created', bound, time)
        return query.execute()
      })
      return { data: data.map(toRecord), has_more }
    },
    async countByFlow(livemode, since) {
      const rows = await db
        .selectFrom('verification_sessions')
        .select((eb) => ['flow', eb.fn.countAll<number>().as('sessions')])
        .where('livemode', '=', Number(livemode))
        .where('created', '>=', since)
        .where('flow', 'is not', null)
        .groupBy('flow')
        .execute()
      return new Map(rows.map(({ flow, sessions }) => [flow ?? '', Number(sessions)]))
    },
    async insert(session) {
      await db.insertInto('verification_sessions').values(toRow(session)).execute()
    },
  }
}

function toRow(record: SessionRecord): SessionsTable {
  const { provided_details: details, client_reference_id: reference } = record
  return {
    ...record,
    livemode: Number(record.livemode),
    options: JSON.stringify(record.options),
    metadata: JSON.stringify(record.metadata),
    client_reference_hash: reference === null ? null : sha256(reference),
    provided_details: details && JSON.stringify(details),
  }
}

function toRecord({ client_reference_hash, ...row }: SessionsTable): SessionRecord {
  return {
    ...row,
    livemode: row.livemode === 1,
    type: row.type as SessionRecord['type'],
    status: row.status as SessionRecord['status'],
    options: JSON.parse(row.options),
    metadata: JSON.parse(row.metadata),
    provided_details: row.provided_details === null ? null : JSON.parse(row.provided_details),
  }
}
