import { type RawBuilder, sql } from 'kysely'
import type { CreatedRange, Page, PageOf } from '../../page.js'
import type { Db, Tables } from '../tables.js'
import { alone } from './alone.js'
import type { Pace } from './pace.js'

/** Tables whose rows are listed by time of creation, mostly those of one mode. */
type ListedTable = {
  [Name in keyof Tables]: Tables[Name] extends { id: string; livemode: number | null; created: number } ? Name : never
}[keyof Tables]

export interface Listing<Name extends ListedTable, Row = Tables[Name]> {
  readonly table: Name
  /** By default every column. */
  readonly select?: RawBuilder<Row>
  /** Null for the rows of every mode, where indexes are without it. */
  readonly livemode: boolean | null
  readonly created: CreatedRange | undefined
  /**
   * The values that columns must have, the rarest first; undefined means any value. Each of these columns has an index
   * with the mode, `created` and `id`. The index of the first one is used; the other columns are checked row by row.
   */
  readonly equal?: readonly Equal<Name>[]
  /** Two of these columns that have such an index together. It is used if the first of them is the rarest one. */
  readonly pairs?: readonly (readonly [first: keyof Tables[Name], second: keyof Tables[Name]])[]
  /** A further condition, for which no index helps. */
  readonly also?: RawBuilder<boolean> | undefined
  /** Whether most reads ask for one page, and nothing else: see `alone`. */
  readonly isMostlyAlone?: boolean
}

type Equal<Name extends ListedTable> = readonly [
  column: keyof Tables[Name] & string,
  value: string | number | undefined,
]

/** The position of a row in a list: newest first, then by id within a second. */
interface Key {
  readonly created: number
  readonly id: string
}

/** How many rows one step looks at: few enough to be fast. */
const STEP = 1_000

/**
 * One page of a list, in steps of a bounded number of rows, however many the table has. An unknown cursor has nothing
 * behind it.
 */
export async function readList<Name extends ListedTable, Row = Tables[Name]>(
  db: Db,
  pace: Pace,
  listing: Listing<Name, Row>,
  page: Page,
): Promise<PageOf<Row>> {
  const isBackwards = page.ending_before !== undefined
  const id = page.ending_before ?? page.starting_after
  const cursor = id === undefined ? null : await keyOf(db, listing.table, id)
  if (cursor === undefined) return { data: [], has_more: false }
  const rows = await walk<Row>(db, pace, { ...parts(listing), cursor, isBackwards, wanted: page.limit + 1 })
  const data = rows.slice(0, page.limit)
  return { data: isBackwards ? data.reverse() : data, has_more: rows.length > page.limit }
}

/** One page of a few rows that are already in memory. */
export async function pageOfFew<Name extends ListedTable>(
  db: Db,
  { table, created }: Pick<Listing<Name>, 'table' | 'created'>,
  rows: readonly Tables[Name][],
  { limit, starting_after, ending_before }: Page,
): Promise<PageOf<Tables[Name]>> {
  const id = ending_before ?? starting_after
  const cursor = id === undefined ? null : await keyOf(db, table, id)
  const { from, to } = secondsOf(created)
  const isOn = (row: Key) => {
    if (row.created < from || row.created > to) return false
    return (
      cursor === null || (cursor !== undefined && compare(row, cursor) * (ending_before === undefined ? 1 : -1) > 0)
    )
  }
  const found = rows.filter(isOn).sort(compare)
  const data = ending_before === undefined ? found.slice(0, limit) : found.slice(-limit)
  return { data, has_more: found.length > limit }
}

/** The order of lists: newest first. */
export function compare(a: Key, b: Key): number {
  return b.created - a.created || (a.id === b.id ? 0 : a.id < b.id ? 1 : -1)
}

/** A column, as text, that planners cannot use an index for, because another index is better. */
export function unindexed(column: string): RawBuilder<string | null> {
  return sql<string | null>`${sql.ref(column)} || ''`
}

async function keyOf(db: Db, table: ListedTable, id: string): Promise<Key | undefined> {
  const { rows } = await sql<Key>`select created, id from ${sql.table(table)} where id = ${id}`.execute(db)
  return rows[0]
}

interface Walk {
  readonly table: RawBuilder<unknown>
  readonly select: RawBuilder<unknown>
  /** Conditions that an index answers. */
  readonly indexed: readonly RawBuilder<boolean>[]
  /** Conditions that need the rows themselves. */
  readonly rest: RawBuilder<boolean> | undefined
  /** The first and the last second, both included. */
  readonly from: number
  readonly to: number
  readonly cursor: Key | null
  readonly isBackwards: boolean
  readonly wanted: number
  readonly isMostlyAlone: boolean
}

function parts<Name extends ListedTable, Row>({
  table,
  select,
  livemode,
  created,
  equal = [],
  pairs = [],
  also,
  isMostlyAlone = false,
}: Listing<Name, Row>) {
  const asked = equal.filter(([, value]) => value !== undefined)
  const [first, ...others] = asked
  const second = others.find(([column]) => pairs.some(([one, other]) => one === first?.[0] && other === column))
  const led = [first, second].filter((one) => one !== undefined)
  const mode = livemode === null ? [] : [sql<boolean>`livemode = ${Number(livemode)}`]
  const rest = asked
    .filter((one) => !led.includes(one))
    .map(([column, value]) => sql<boolean>`${unindexed(column)} = ${String(value)}`)
  if (also !== undefined) rest.push(also)
  return {
    table: sql.table(table),
    select: select ?? sql`*`,
    indexed: [...mode, ...led.map(([column, value]) => sql<boolean>`${sql.ref(column)} = ${value}`)],
    rest: rest.length === 0 ? undefined : sql<boolean>`${sql.join(rest, sql` and `)}`,
    isMostlyAlone,
    ...secondsOf(created),
  }
}

/** A range of times, for rows that are found through an index without them. */
export function createdWithin(created: CreatedRange | undefined): RawBuilder<boolean> | undefined {
  if (created === undefined) return undefined
  const { from, to } = secondsOf(created)
  return sql<boolean>`created + 0 between ${from} and ${to}`
}

/** Times are whole seconds. */
function secondsOf({ gt, gte, lt, lte }: CreatedRange = {}): { from: number; to: number } {
  return {
    from: Math.max(gte === undefined ? 0 : Math.ceil(gte), gt === undefined ? 0 : Math.floor(gt) + 1),
    to: Math.min(lte === undefined ? LAST_SECOND : Math.floor(lte), lt === undefined ? LAST_SECOND : Math.ceil(lt) - 1),
  }
}

const LAST_SECOND = Number.MAX_SAFE_INTEGER

async function walk<Row>(db: Db, pace: Pace, { table, select: what, rest, wanted, ...where }: Walk): Promise<Row[]> {
  const order = where.isBackwards ? sql`created, id` : sql`created desc, id desc`
  const select = (condition: RawBuilder<boolean>, limit: number) => {
    const query = sql<Row>`select ${what} from ${table} where ${condition} order by ${order} limit ${limit}`.compile(db)
    return db.executeQuery(where.isMostlyAlone ? alone(query) : query)
  }
  if (rest === undefined) return (await select(beyond(where), wanted)).rows
  const found: Row[] = []
  for (let cursor = where.cursor; ; ) {
    const step = beyond({ ...where, cursor })
    const last = await sql<Key>`
      select created, id from ${table} where ${step} order by ${order} limit 1 offset ${STEP - 1}`.execute(db)
    const end = last.rows[0]
    const within = end === undefined ? step : sql<boolean>`${step} and ${upTo(end, where.isBackwards)}`
    const { rows } = await select(sql<boolean>`${within} and ${rest}`, wanted - found.length)
    found.push(...rows)
    if (end === undefined || found.length === wanted) return found
    cursor = end
    await pace.next()
  }
}

/** The rows behind a cursor, with at most one bound on each side: with two, a planner might start at the wider one. */
function beyond({
  indexed,
  from,
  to,
  cursor,
  isBackwards,
}: Pick<Walk, 'indexed' | 'from' | 'to' | 'cursor' | 'isBackwards'>) {
  const bounds = [...indexed]
  const isAhead = cursor !== null && (isBackwards ? cursor.created >= from : cursor.created <= to)
  const after = cursor && sql<boolean>`(created, id) ${isBackwards ? sql`>` : sql`<`} (${cursor.created}, ${cursor.id})`
  if (isAhead && after !== null) bounds.push(after)
  if (from > 0 && !(isAhead && isBackwards)) bounds.push(sql<boolean>`created >= ${from}`)
  if (to < LAST_SECOND && !(isAhead && !isBackwards)) bounds.push(sql<boolean>`created <= ${to}`)
  return bounds.length === 0 ? sql<boolean>`1 = 1` : sql<boolean>`${sql.join(bounds, sql` and `)}`
}

function upTo({ created, id }: Key, isBackwards: boolean): RawBuilder<boolean> {
  return sql<boolean>`(created, id) ${isBackwards ? sql`<=` : sql`>=`} (${created}, ${id})`
}
