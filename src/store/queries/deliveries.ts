import type { DeliveryReads, DeliveryRecord, DeliveryWrites, DueDeliveries } from '../webhooks.js'
import { insertMany } from './insert-many.js'
import { boundsOf, readPage } from './page.js'
import type { Db, DeliveriesTable } from './tables.js'

export function deliveryQueries(db: Db): DeliveryReads & DeliveryWrites {
  const inMode = (livemode: boolean) =>
    db.selectFrom('webhook_deliveries').selectAll().where('livemode', '=', Number(livemode))
  const dueNow = ({ now, patience, except }: DueDeliveries) => {
    const query = db
      .selectFrom('webhook_deliveries as delivery')
      .where('delivery.status', '=', 'pending')
      .where('delivery.next_attempt', '<=', now)
      .where((eb) => eb.or([eb('delivery.leased_until', 'is', null), eb('delivery.leased_until', '<', now)]))
      // What was sent once is not held back any more: else one that is sent again would hold it back.
      .where(({ and, eb, exists, not, selectFrom }) =>
        not(
          and([
            eb('delivery.attempts', '=', 0),
            exists(
              selectFrom('webhook_deliveries as earlier')
                .select('earlier.id')
                .whereRef('earlier.endpoint', '=', 'delivery.endpoint')
                .whereRef('earlier.object', '=', 'delivery.object')
                .whereRef('earlier.id', '<', 'delivery.id')
                .where('earlier.status', '=', 'pending')
                .where(({ eb, or }) =>
                  or([eb('earlier.attempts', '<', patience), eb('earlier.leased_until', '>=', now)]),
                ),
            ),
          ]),
        ),
      )
    return except.length === 0 ? query : query.where('delivery.endpoint', 'not in', except)
  }
  return {
    async byId(livemode, id) {
      const row = await inMode(livemode).where('id', '=', id).executeTakeFirst()
      return row && toRecord(row)
    },
    async list(livemode, { event, endpoint, status, created }, page) {
      const { data, has_more } = await readPage(page, ({ order, comparison, cursor, limit }) => {
        let query = inMode(livemode).orderBy('id', order).limit(limit)
        if (cursor !== undefined) query = query.where('id', comparison, cursor)
        if (event !== undefined) query = query.where('event', '=', event)
        if (endpoint !== undefined) query = query.where('endpoint', '=', endpoint)
        if (status !== undefined) query = query.where('status', '=', status)
        for (const [bound, time] of boundsOf(created)) query = query.where('created', bound, time)
        return query.execute()
      })
      return { data: data.map(toRecord), has_more }
    },
    async hasDue(which) {
      return (await dueNow(which).select('delivery.id').limit(1).executeTakeFirst()) !== undefined
    },
    async attempts(deliveries) {
      if (deliveries.length === 0) return []
      return db
        .selectFrom('webhook_attempts')
        .selectAll()
        .where('delivery', 'in', deliveries)
        .orderBy('delivery')
        .orderBy('number')
        .execute()
    },
    async insert(deliveries) {
      await insertMany(db, 'webhook_deliveries', deliveries.map(toRow))
    },
    async claim({ leaseUntil, limit, roomOf, ...which }) {
      const due = await dueNow(which)
        .select(['delivery.id', 'delivery.endpoint', 'delivery.attempts'])
        .orderBy('delivery.next_attempt')
        .orderBy('delivery.id')
        .limit(limit)
        .execute()
      const claimed: DeliveryRecord[] = []
      const taken = new Map<string, number>()
      for (const { id, endpoint, attempts } of due) {
        // What one endpoint has no room for waits for a later claim, which passes it over.
        const count = taken.get(endpoint) ?? 0
        if (count >= roomOf(endpoint)) continue
        taken.set(endpoint, count + 1)
        // Whoever was quicker has counted the attempt: then this finds nothing.
        const row = await db
          .updateTable('webhook_deliveries')
          .set({ attempts: attempts + 1, leased_until: leaseUntil })
          .where('id', '=', id)
          .where('status', '=', 'pending')
          .where('attempts', '=', attempts)
          .returningAll()
          .executeTakeFirst()
        if (row) claimed.push(toRecord(row))
      }
      await insertMany(
        db,
        'webhook_attempts',
        claimed.map(({ id, attempts }) => ({
          delivery: id,
          number: attempts,
          started: which.now,
          duration: null,
          response_status: null,
          error: null,
        })),
      )
      return claimed
    },
    async settle({ delivery, number, duration, response_status, error }, { status, next_attempt }) {
      await db
        .updateTable('webhook_attempts')
        .set({ duration, response_status, error })
        .where('delivery', '=', delivery)
        .where('number', '=', number)
        .execute()
      const { numUpdatedRows } = await db
        .updateTable('webhook_deliveries')
        .set({ status, next_attempt, leased_until: null })
        .where('id', '=', delivery)
        .where('status', '=', 'pending')
        .where('attempts', '=', number)
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },
    async resend(id, at) {
      await db
        .updateTable('webhook_deliveries')
        .set({ status: 'pending', next_attempt: at, leased_until: null })
        .where('id', '=', id)
        .where((eb) =>
          eb.or([eb('status', '!=', 'pending'), eb('leased_until', 'is', null), eb('leased_until', '<', at)]),
        )
        .execute()
    },
    async cancelOf(endpoint) {
      await db
        .updateTable('webhook_deliveries')
        .set({ status: 'canceled', next_attempt: null, leased_until: null })
        .where('endpoint', '=', endpoint)
        .where('status', '=', 'pending')
        .execute()
    },
  }
}

function toRow(record: DeliveryRecord): DeliveriesTable {
  return { ...record, livemode: Number(record.livemode) }
}

function toRecord(row: DeliveriesTable): DeliveryRecord {
  return { ...row, livemode: row.livemode === 1, status: row.status as DeliveryRecord['status'] }
}
