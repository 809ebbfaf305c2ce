import { type RawBuilder, sql } from 'kysely'
import type { EventReads, EventRecord, EventWrites } from '../../events.js'
import type { Page, PageOf } from '../../page.js'
import type { DeliveryRecord } from '../../webhooks.js'
import { insertOf } from '../rows/compiled-once.js'
import { fromJson, parseJson, toJson } from '../rows/json.js'
import { later } from '../rows/later.js'
import { compare, readList, unindexed } from '../rows/listing.js'
import type { Pace } from '../rows/pace.js'
import type { Db, EventsTable } from '../tables.js'

/** Statuses of deliveries that have not arrived. */
const NOT_THERE = ['pending', 'failed'] as const satisfies readonly DeliveryRecord['status'][]

export function eventQueries(db: Db, pace: Pace): EventReads & EventWrites {
  const inMode = (livemode: boolean) => db.selectFrom('events').selectAll().where('livemode', '=', Number(livemode))
  return {
    async byId(livemode, id) {
      const row = await inMode(livemode).where('id', '=', id).executeTakeFirst()
      return row && toRecord(row)
    },
    async list(livemode, { types, delivery_success, created }, page) {
      const also = delivery_success === undefined ? undefined : isDelivered(delivery_success)
      const ofType = (type: string | undefined) =>
        readList(db, pace, { table: 'events', livemode, created, equal: [['type', type]], also }, page)
      const pages = types === undefined ? [await ofType(undefined)] : await inTurn(types, ofType)
      const { data, has_more } = merged(pages, page)
      return { data: data.map(toRecord), has_more }
    },
    async pendingWebhooks(ids) {
      if (ids.length === 0) return new Map()
      const rows = await db
        .selectFrom('webhook_deliveries')
        .select((eb) => ['event', eb.fn.countAll<number>().as('pending')])
        .where('event', 'in', ids)
        .where(unindexed('status'), 'in', NOT_THERE)
        .groupBy('event')
        .execute()
      return new Map(rows.map(({ event, pending }) => [event, Number(pending)]))
    },
    async insert(event) {
      await db.executeQuery(later(insertOf(db, 'events', toRow(event))))
    },
    async newestOf(object) {
      const query = db.selectFrom('events').select(['id', 'created']).where('object', '=', object)
      return query.orderBy('id', 'desc').limit(1).executeTakeFirst()
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
      await forgetDeliveries(db, ids)
      await db.deleteFrom('events').where('id', 'in', ids).execute()
      return ids.length
    },
  }
}

/** Whether every endpoint that wants the event has received it. */
function isDelivered(isSuccess: boolean): RawBuilder<boolean> {
  return sql<boolean>`${isSuccess ? sql`not` : sql``} exists (
    select id from webhook_deliveries
    where webhook_deliveries.event = events.id and webhook_deliveries.livemode = events.livemode
    and webhook_deliveries.status in (${sql.join(NOT_THERE)}))`
}

/** The most rows that one statement drops. */
const BATCH = 500

/** By ids: with a subquery, a planner may begin with the attempts, the largest table. */
async function forgetDeliveries(db: Db, events: readonly string[]): Promise<void> {
  const rows = await db.selectFrom('webhook_deliveries').select('id').where('event', 'in', events).execute()
  const theirs = rows.map(({ id }) => id)
  for (let start = 0; start < theirs.length; start += BATCH) {
    const some = theirs.slice(start, start + BATCH)
    await db.deleteFrom('webhook_attempts').where('delivery', 'in', some).execute()
    await db.deleteFrom('webhook_deliveries').where('id', 'in', some).execute()
  }
}

/** One after the other, because they share a connection. */
async function inTurn<Item, Result>(items: readonly Item[], work: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = []
  for (const item of new Set(items)) results.push(await work(item))
  return results
}

/** One page of several lists without common members. */
function merged(pages: readonly PageOf<EventsTable>[], { limit, ending_before }: Page): PageOf<EventsTable> {
  const [only, ...others] = pages
  if (only !== undefined && others.length === 0) return only
  const all = pages.flatMap(({ data }) => data).sort(compare)
  const data = ending_before === undefined ? all.slice(0, limit) : all.slice(-limit)
  return { data, has_more: all.length > limit || pages.some(({ has_more }) => has_more) }
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
  return { ...row, livemode: row.livemode === 1, data: parseJson(row.data), request: fromJson(row.request) }
}
