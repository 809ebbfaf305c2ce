import type { EventReads, EventRecord, EventWrites } from '../events.js'
import type { DeliveryRecord } from '../webhooks.js'
import { fromJson, toJson } from './json.js'
import { boundsOf, readPage } from './page.js'
import type { Db, EventsTable } from './tables.js'

/** Deliveries of an event that its endpoint wanted and does not have. */
const NOT_THERE = ['pending', 'failed'] as const satisfies readonly DeliveryRecord['status'][]

export function eventQueries(db: Db): EventReads & EventWrites {
  const inMode = (livemode: boolean) => db.selectFrom('events').selectAll().where('livemode', '=', Number(livemode))
  return {
    async byId(livemode, id) {
      const row = await inMode(livemode).where('id', '=', id).executeTakeFirst()
      return row && toRecord(row)
    },
    async list(livemode, { types, delivery_success, created }, page) {
      const { data, has_more } = await readPage(page, ({ order, comparison, cursor, limit }) => {
        let query = inMode(livemode).orderBy('id', order).limit(limit)
        if (cursor !== undefined) query = query.where('id', comparison, cursor)
        if (types !== undefined) query = query.where('type', 'in', types)
        if (delivery_success !== undefined) {
          query = query.where(({ exists, not, selectFrom }) => {
            const missing = exists(
              selectFrom('webhook_deliveries')
                .select('webhook_deliveries.id')
                .whereRef('webhook_deliveries.event', '=', 'events.id')
                .where('webhook_deliveries.status', 'in', NOT_THERE),
            )
            return delivery_success ? not(missing) : missing
          })
        }
        for (const [bound, time] of boundsOf(created)) query = query.where('created', bound, time)
        return query.execute()
      })
      return { data: data.map(toRecord), has_more }
    },
    async pendingWebhooks(ids) {
      if (ids.length === 0) return new Map()
      const rows = await db
        .selectFrom('webhook_deliveries')
        .select((eb) => ['event', eb.fn.countAll<number>().as('pending')])
        .where('event', 'in', ids)
        .where('status', 'in', NOT_THERE)
        .groupBy('event')
        .execute()
      return new Map(rows.map(({ event, pending }) => [event, Number(pending)]))
    },
    async insert(event) {
      await db.insertInto('events').values(toRow(event)).execute()
    },
    async newestOf(object) {
      const query = db.selectFrom('events').select('id').where('object', '=', object)
      return (await query.orderBy('id', 'desc').limit(1).executeTakeFirst())?.id
    },
    async ofObject(object) {
      const rows = await db.selectFrom('events').selectAll().where('object', '=', object).orderBy('id').execute()
      return rows.map(toRecord)
    },
    async update({ id, data }) {
      await db
        .updateTable('events')
        .set({ data: JSON.stringify(data) })
        .where('id', '=', id)
        .execute()
    },
    async forget(before, limit) {
      const old = await db
        .selectFrom('events')
        .select('id')
        .where('created', '<', before)
        .orderBy('created')
        .limit(limit)
        .execute()
      const ids = old.map(({ id }) => id)
      if (ids.length === 0) return 0
      const theirs = db.selectFrom('webhook_deliveries').select('id').where('event', 'in', ids)
      await db.deleteFrom('webhook_attempts').where('delivery', 'in', theirs).execute()
      await db.deleteFrom('webhook_deliveries').where('event', 'in', ids).execute()
      await db.deleteFrom('events').where('id', 'in', ids).execute()
      return ids.length
    },
  }
}

function toRow(record: EventRecord): EventsTable {
  return {
    ...record,
    livemode: Number(record.livemode),
    data: JSON.stringify(record.data),
    request: toJson(record.request),
    api_version: null,
  }
}

function toRecord({ api_version: _, ...row }: EventsTable): EventRecord {
  return { ...row, livemode: row.livemode === 1, data: JSON.parse(row.data), request: fromJson(row.request) }
}
