import { sql } from 'kysely'
import type { WorkReads, WorkRecord, WorkWrites } from '../../work.js'
import { fromJson, toJson } from '../rows/json.js'
import type { Db, WorkTable } from '../tables.js'
import { claimIn, dueIn, type Queue } from './due.js'

const QUEUE: Queue = { table: 'work', lane: 'lane' }
/** In one go. */
const MOST_FORGOTTEN = 200

export function workQueries(db: Db): WorkReads & WorkWrites {
  return {
    async named(name) {
      const row = await db.selectFrom('work').selectAll().where('name', '=', name).executeTakeFirst()
      return row && toRecord(row)
    },
    async hasDue(now, lanes) {
      const due = await dueIn(db, QUEUE, now, new Map(lanes.map((lane) => [lane, 1])))
      return due.some((rows) => rows.length > 0)
    },
    async insert(work) {
      const row = await db
        .insertInto('work')
        .values(toRow(work))
        .onConflict((conflict) => conflict.column('name').doNothing())
        .returning('id')
        .executeTakeFirst()
      return row !== undefined
    },
    async schedule(work) {
      // Already due sooner: one second less marks that it was made due again.
      const sooner = sql<number>`case
        when work.next_attempt > ${work.next_attempt} then ${work.next_attempt} else work.next_attempt - 1 end`
      await db
        .insertInto('work')
        .values(toRow(work))
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ next_attempt: sooner }))
        .execute()
    },
    async claim({ lanes, ...claim }) {
      return claimIn(db, QUEUE, claim, lanes, async ({ id, attempts }) => {
        const row = await db
          .updateTable('work')
          .set({ attempts: attempts + 1, leased_until: claim.leaseUntil })
          .where('id', '=', id)
          .where('attempts', '=', attempts)
          .returningAll()
          .executeTakeFirst()
        return row && toRecord(row)
      })
    },
    async take(id, { now, leaseUntil }) {
      const row = await db
        .updateTable('work')
        .set((eb) => ({ attempts: eb('attempts', '+', 1), leased_until: leaseUntil }))
        .where('id', '=', id)
        .where((eb) => eb.or([eb('leased_until', 'is', null), eb('leased_until', '<', now)]))
        .returningAll()
        .executeTakeFirst()
      return row && toRecord(row)
    },
    async finish({ id, next_attempt }) {
      const gone = await db
        .deleteFrom('work')
        .where('id', '=', id)
        .where('next_attempt', '=', next_attempt)
        .returning('id')
        .executeTakeFirst()
      if (gone !== undefined) return 'finished'
      const left = await db
        .updateTable('work')
        .set({ leased_until: null, attempts: 0 })
        .where('id', '=', id)
        .returning('id')
        .executeTakeFirst()
      return left === undefined ? 'gone' : 'again'
    },
    async postpone({ id, attempts }, until) {
      const row = await db
        .updateTable('work')
        .set({ next_attempt: until, leased_until: null })
        .where('id', '=', id)
        .where('attempts', '=', attempts)
        .returning('id')
        .executeTakeFirst()
      return row !== undefined
    },
    async forget({ kind, names, before, now }) {
      // The names have an index, and the few of these kinds lie together in it.
      const old = await db
        .selectFrom('work')
        .select('id')
        .where('name', '>', names)
        .where('name', '<', `${names}~`)
        .where('kind', '=', kind)
        .where('created', '<', before)
        .where((eb) => eb.or([eb('leased_until', 'is', null), eb('leased_until', '<', now)]))
        .orderBy('name')
        .limit(MOST_FORGOTTEN)
        .execute()
      for (const { id } of old) await db.deleteFrom('work').where('id', '=', id).execute()
    },
  }
}

function toRow(record: WorkRecord): WorkTable {
  return { ...record, livemode: Number(record.livemode), payload: toJson(record.payload) }
}

function toRecord(row: WorkTable): WorkRecord {
  return { ...row, livemode: row.livemode === 1, payload: fromJson(row.payload) }
}
