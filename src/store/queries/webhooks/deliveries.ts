import { sql } from 'kysely'
import type { DeliveryReads, DeliveryRecord, DeliveryWrites } from '../../webhooks.js'
import type { Locks } from '../locks.js'
import { insertOf } from '../rows/compiled-once.js'
import { insertMany } from '../rows/insert-many.js'
import { later } from '../rows/later.js'
import { readList } from '../rows/listing.js'
import type { Pace } from '../rows/pace.js'
import type { Db, DeliveriesTable, DeliveryPlace } from '../tables.js'
import { claimIn, dueLanes } from '../work/due.js'
import { deliveryPlaces } from './delivery-places.js'
import { DELIVERIES, isOutOfPlace } from './due-deliveries.js'

export function deliveryQueries(db: Db, locks: Locks, pace: Pace): DeliveryReads & DeliveryWrites {
  const inMode = (livemode: boolean) =>
    db.selectFrom('webhook_deliveries').selectAll().where('livemode', '=', Number(livemode))
  const places = deliveryPlaces(db, locks)
  return {
    async byId(livemode, id) {
      const row = await inMode(livemode).where('id', '=', id).executeTakeFirst()
      return row && toRecord(row)
    },
    async list(livemode, { event, endpoint, status, created }, page) {
      const equal = [
        ['event', event],
        ['endpoint', endpoint],
        ['status', status],
      ] as const
      const { data, has_more } = await readList(
        db,
        pace,
        { table: 'webhook_deliveries', livemode, created, equal },
        page,
      )
      return { data: data.map(toRecord), has_more }
    },
    async hasDue(which) {
      return (await dueLanes(db, DELIVERIES, which, sql`limit 1`)).length > 0 || (await isOutOfPlace(db))
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
      await insertMany(db, 'webhook_deliveries', await places.placed(deliveries.map(toRow)))
    },
    async insertFirst(deliveries) {
      for (const delivery of deliveries) {
        await db.executeQuery(later(insertOf(db, 'webhook_deliveries', { ...toRow(delivery), place: 'first' })))
      }
    },
    async claim({ patience, except, ...claim }) {
      await places.mend(patience)
      const lanes = await dueLanes(db, DELIVERIES, { now: claim.now, except })
      const claimed = await claimIn(db, DELIVERIES, claim, lanes, async ({ id, attempts }) => {
        // If another process was faster, the attempt is already counted and this finds nothing.
        const row = await db
          .updateTable('webhook_deliveries')
          .set({ attempts: attempts + 1, leased_until: claim.leaseUntil })
          .where('id', '=', id)
          .where('status', '=', 'pending')
          .where('attempts', '=', attempts)
          .returningAll()
          .executeTakeFirst()
        return row && toRecord(row)
      })
      await insertMany(
        db,
        'webhook_attempts',
        claimed.map(({ id, attempts }) => ({
          delivery: id,
          number: attempts,
          started: claim.now,
          duration: null,
          response_status: null,
          error: null,
        })),
      )
      return claimed
    },
    async settle({ delivery, number, duration, response_status, error }, { status, next_attempt, makesRoom }) {
      await db
        .updateTable('webhook_attempts')
        .set({ duration, response_status, error })
        .where('delivery', '=', delivery)
        .where('number', '=', number)
        .execute()
      const place = status === 'pending' ? (makesRoom ? 'aside' : undefined) : null
      const settled = await db
        .updateTable('webhook_deliveries')
        .set({ status, next_attempt, leased_until: null, ...(place !== undefined && { place }) })
        .where('id', '=', delivery)
        .where('status', '=', 'pending')
        .where('attempts', '=', number)
        .returning(['endpoint', 'object'])
        .executeTakeFirst()
      if (settled && place !== undefined) await places.moveUp(settled)
      return settled !== undefined
    },
    async resend(id, at) {
      await db
        .updateTable('webhook_deliveries')
        .set((eb) => ({
          status: 'pending',
          next_attempt: at,
          leased_until: null,
          // A delivery that waits for an earlier one keeps waiting.
          place: eb
            .case()
            .when('status', '=', 'pending')
            .then(eb.ref('place'))
            .else(sql.lit<DeliveryPlace>('aside'))
            .end()
            .$castTo<DeliveryPlace | null>(),
        }))
        .where('id', '=', id)
        .where((eb) =>
          eb.or([eb('status', '!=', 'pending'), eb('leased_until', 'is', null), eb('leased_until', '<', at)]),
        )
        .execute()
    },
    async cancelOf(endpoint) {
      await db
        .updateTable('webhook_deliveries')
        .set({ status: 'canceled', next_attempt: null, leased_until: null, place: null })
        .where('endpoint', '=', endpoint)
        .where('status', '=', sql.lit('pending'))
        .execute()
    },
  }
}

function toRow(record: DeliveryRecord): Omit<DeliveriesTable, 'place'> {
  return { ...record, livemode: Number(record.livemode) }
}

function toRecord({ place: _, ...row }: DeliveriesTable): DeliveryRecord {
  return { ...row, livemode: row.livemode === 1, status: row.status as DeliveryRecord['status'] }
}
