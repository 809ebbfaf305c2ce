import { type RawBuilder, sql } from 'kysely'
import type { WorkClaim } from '../../work.js'
import type { Db, Tables } from '../tables.js'

/** A table whose rows are work, with columns `id`, `attempts`, `next_attempt` and `leased_until`. */
export interface Queue {
  readonly table: keyof Tables
  /** The column with the lane. It has an index with `next_attempt` and `id` over the ready rows. */
  readonly lane: string
  /** The condition of that index; left out if the index covers all rows. */
  readonly isReady?: RawBuilder<unknown>
}

export interface DueRow {
  readonly id: string
  readonly lane: string
  readonly attempts: number
  readonly next_attempt: number
}

/**
 * Rows that may be begun, from a lane on, in the order of the index. Rows under way are skipped: they are few. The
 * caller must stop at the end of the lane. If the query did that, PostgreSQL without statistics would think the lane
 * small, and fetch and sort all of it.
 */
function readyFrom(
  queue: Queue,
  members: RawBuilder<unknown>,
  lane: RawBuilder<unknown>,
  now: number,
): RawBuilder<unknown> {
  const column = sql.ref(queue.lane)
  return sql`select ${members} from ${sql.table(queue.table)}
    where ${all(queue.isReady, sql`${column} >= ${lane}`, sql`(leased_until is null or leased_until < ${now})`)}
    order by ${column}, next_attempt, id`
}

function all(...conditions: readonly (RawBuilder<unknown> | undefined)[]): RawBuilder<unknown> {
  const there = conditions.filter((one) => one !== undefined)
  return there.length === 0 ? sql`1 = 1` : sql.join(there, sql` and `)
}

/**
 * The lanes with something due. The index is entered once per lane, however much waits in it: it jumps from lane to
 * lane, and to the first due row of each.
 */
export async function dueLanes(
  db: Db,
  queue: Queue,
  { now, except }: { readonly now: number; readonly except: readonly string[] },
  limit = sql``,
): Promise<string[]> {
  const table = sql.table(queue.table)
  const lane = sql.ref(queue.lane)
  const after = (bound?: RawBuilder<unknown>) =>
    sql`(select ${lane} from ${table} where ${all(queue.isReady, bound)} order by ${lane} limit 1)`
  const others = except.length === 0 ? sql`` : sql`and lane not in (${sql.join(except)})`
  const due = sql`${lane} = waiting.lane and next_attempt <= ${now}`
  const { rows } = await sql<{ lane: string }>`
    with recursive waiting(lane) as (
      select ${after()}
      union all
      select ${after(sql`${lane} > waiting.lane`)} from waiting where lane is not null
    )
    select lane from waiting
    where lane is not null ${others} and (${readyFrom(queue, due, sql`waiting.lane`, now)} limit 1)
    ${limit}`.execute(db)
  return rows.map(({ lane }) => lane)
}

/** The due rows of each lane, longest due first, up to the room of the lane. */
export async function dueIn(
  db: Db,
  queue: Queue,
  now: number,
  rooms: ReadonlyMap<string, number>,
): Promise<DueRow[][]> {
  if (rooms.size === 0) return []
  const members = sql`id, ${sql.ref(queue.lane)} as lane, attempts, next_attempt`
  const parts = [...rooms].map(
    ([lane, room]) => sql`select * from (
      ${readyFrom(queue, members, sql`${lane}`, now)} limit ${room}
    ) as ready where lane = ${lane} and next_attempt <= ${now}`,
  )
  const { rows } = await sql<DueRow>`${sql.join(parts, sql` union all `)}`.execute(db)
  return [...rooms.keys()].map((lane) => rows.filter((row) => row.lane === lane))
}

/** Begins due work in these lanes. `take` answers undefined if another process was faster. */
export async function claimIn<Taken>(
  db: Db,
  queue: Queue,
  { now, limit, roomOf }: WorkClaim,
  lanes: readonly string[],
  take: (row: DueRow) => Promise<Taken | undefined>,
): Promise<Taken[]> {
  const rooms = new Map(lanes.map((lane) => [lane, Math.min(roomOf(lane), limit)]))
  const claimed: Taken[] = []
  for (const row of inTurns(await dueIn(db, queue, now, rooms)).slice(0, limit)) {
    const taken = await take(row)
    if (taken !== undefined) claimed.push(taken)
  }
  return claimed
}

/** The first row of each lane, then the second of each: a full lane takes no turn from another. */
function inTurns(lists: readonly (readonly DueRow[])[]): DueRow[] {
  return lists
    .flatMap((list) => list.map((row, turn) => ({ row, turn })))
    .sort((a, b) => a.turn - b.turn || a.row.next_attempt - b.row.next_attempt || (a.row.id < b.row.id ? -1 : 1))
    .map(({ row }) => row)
}
