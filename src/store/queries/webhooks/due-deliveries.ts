import { type RawBuilder, sql } from 'kysely'
import type { DueDeliveries } from '../../webhooks.js'
import type { Db, DeliveriesTable } from '../tables.js'

export type DueDelivery = Pick<DeliveriesTable, 'id' | 'endpoint' | 'attempts'> & { readonly next_attempt: number }

/** What may be sent, in the words of the index of it. */
const READY = sql`place <> 'behind'`

/**
 * What may be sent from an endpoint on, in the order of the index, but for what an attempt is under way of: that is little,
 * as much as is sent at once. Where the endpoint ends is for the caller to see. Told to stop there by itself, PostgreSQL
 * without statistics would take the endpoint for small, and fetch all of it in order to sort it.
 */
function readyFrom(members: RawBuilder<unknown>, endpoint: RawBuilder<unknown>, now: number): RawBuilder<unknown> {
  return sql`select ${members} from webhook_deliveries
    where ${READY} and endpoint >= ${endpoint} and (leased_until is null or leased_until < ${now})
    order by endpoint, next_attempt, id`
}

/**
 * The endpoints with deliveries that are due. The index is entered once for each endpoint, however much waits for it: from
 * one endpoint straight to the next, and to the first delivery of each that is due.
 */
export async function dueEndpoints(db: Db, { now, except }: DueDeliveries, limit = sql``): Promise<string[]> {
  const after = (bound: RawBuilder<unknown>) =>
    sql`(select endpoint from webhook_deliveries where ${READY} ${bound} order by endpoint limit 1)`
  const others = except.length === 0 ? sql`` : sql`and endpoint not in (${sql.join(except)})`
  const { rows } = await sql<{ endpoint: string }>`
    with recursive waiting(endpoint) as (
      select ${after(sql``)}
      union all
      select ${after(sql`and webhook_deliveries.endpoint > waiting.endpoint`)} from waiting where endpoint is not null
    )
    select endpoint from waiting
    where endpoint is not null ${others} and (${readyFrom(sql`endpoint = waiting.endpoint and next_attempt <= ${now}`, sql`waiting.endpoint`, now)} limit 1)
    ${limit}`.execute(db)
  return rows.map(({ endpoint }) => endpoint)
}

/** Whether there is anything that an older program left without a place, or with one that it should not have. */
export async function isOutOfPlace(db: Db): Promise<boolean> {
  const { rows } = await sql`
    select 1 as found
    where (
      select id from webhook_deliveries where status = 'pending' and place is null order by endpoint, object, id limit 1
    ) is not null or (
      select id from webhook_deliveries where status <> 'pending' and place is not null order by id limit 1
    ) is not null`.execute(db)
  return rows.length > 0
}

/** The deliveries to each endpoint that are due, those that are due the longest first, as many as it has room for. */
export async function dueDeliveries(db: Db, now: number, rooms: ReadonlyMap<string, number>): Promise<DueDelivery[][]> {
  if (rooms.size === 0) return []
  const parts = [...rooms].map(
    ([endpoint, room]) => sql`select * from (
      ${readyFrom(sql`id, endpoint, attempts, next_attempt`, sql`${endpoint}`, now)} limit ${room}
    ) as ready where endpoint = ${endpoint} and next_attempt <= ${now}`,
  )
  const { rows } = await sql<DueDelivery>`${sql.join(parts, sql` union all `)}`.execute(db)
  return [...rooms.keys()].map((endpoint) => rows.filter((row) => row.endpoint === endpoint))
}
