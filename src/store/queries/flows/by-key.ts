import { type RawBuilder, sql } from 'kysely'
import type { FlowFilter } from '../../flows.js'
import type { Page, PageOf } from '../../page.js'
import { createdWithin, unindexed } from '../rows/listing.js'
import type { Pace } from '../rows/pace.js'
import type { Db, FlowsTable } from '../tables.js'
import { isWithin } from './within.js'

/** How many rows one step looks at. */
const STEP = 1_000

/**
 * One page of a mode's flows in order of key, in steps of a bounded number of rows. The index of keys is used, or that of a
 * project's keys; what else a filter asks for is checked row by row, unless it asks for one key.
 */
export async function readByKey(
  db: Db,
  pace: Pace,
  { livemode, ...filter }: FlowFilter & { readonly livemode: boolean },
  { limit, starting_after, ending_before }: Page,
): Promise<PageOf<FlowsTable>> {
  const isBackwards = ending_before !== undefined
  let cursor = ending_before ?? starting_after
  const project = filter.project ?? filter.within?.project ?? undefined
  const rest = conditions(filter)
  const found: FlowsTable[] = []
  for (;;) {
    const some: RawBuilder<unknown> = sql`from flows where ${beyond({ livemode, project, cursor, isBackwards })}`
    const order = isBackwards ? sql`order by key desc` : sql`order by key`
    const isOneStep = rest.length === 0 || filter.key !== undefined
    const end: string | undefined = isOneStep ? undefined : await lastOfStep(db, some, order)
    const within = end === undefined ? rest : [isBackwards ? sql`key >= ${end}` : sql`key <= ${end}`, ...rest]
    const where = within.map((condition) => sql` and ${condition}`)
    const { rows } = await sql<FlowsTable>`
      select * ${some}${sql.join(where, sql``)} ${order} limit ${limit + 1 - found.length}`.execute(db)
    found.push(...rows)
    if (end === undefined || found.length > limit) break
    cursor = end
    await pace.next()
  }
  const data = found.slice(0, limit)
  return { data: isBackwards ? data.reverse() : data, has_more: found.length > limit }
}

interface Where {
  readonly livemode: boolean
  readonly project: string | undefined
  readonly cursor: string | undefined
  readonly isBackwards: boolean
}

function beyond({ livemode, project, cursor, isBackwards }: Where): RawBuilder<unknown> {
  const mode = sql`livemode = ${Number(livemode)}`
  const all = project === undefined ? mode : sql`${mode} and project = ${project}`
  if (cursor === undefined) return all
  return isBackwards ? sql`${all} and key < ${cursor}` : sql`${all} and key > ${cursor}`
}

/** The key of the last row of a step; undefined if fewer rows are left. */
async function lastOfStep(db: Db, some: RawBuilder<unknown>, order: RawBuilder<unknown>): Promise<string | undefined> {
  const { rows } = await sql<{ key: string }>`select key ${some} ${order} limit 1 offset ${STEP - 1}`.execute(db)
  return rows[0]?.key
}

function conditions({ key, status, created, within }: FlowFilter): RawBuilder<unknown>[] {
  // At most one flow has the key, and the index of keys finds it.
  const one = key === undefined ? undefined : sql`key = ${key}`
  const ofStatus = status === undefined ? undefined : sql`${unindexed('flows.status')} = ${status}`
  return [one, ofStatus, createdWithin(created), isWithin(within)].filter((one) => one !== undefined)
}
