import { sql } from 'kysely'
import type { Db } from '../tables.js'
import type { Queue } from '../work/due.js'

/** Deliveries as work: an endpoint is a lane. A delivery that waits for an earlier one of its object is not ready. */
export const DELIVERIES: Queue = { table: 'webhook_deliveries', lane: 'endpoint', isReady: sql`place <> 'behind'` }

/** Whether an older program left a delivery without a place, or with a wrong one. */
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
