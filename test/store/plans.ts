import pg from 'pg'
import { onTestFinished } from 'vitest'
import type { Database } from '../../src/store/sqlite/database.js'

/** A statement of the store, with what was bound to it. */
export interface Statement {
  readonly sql: string
  readonly parameters: readonly unknown[]
}

/** What is wrong with how a statement is carried out; nothing where its cost hangs on what it answers alone. */
export type Judge = (statement: Statement) => Promise<readonly string[]>

/** Tables that stay small whatever happens: two modes, sixteen endpoints in each, the changes of a few seconds. */
const SMALL = new Set(['meta', 'state_revision', 'migrations', 'webhook_endpoints', 'session_count_deltas'])

/** Indexes that hold few rows: those of deliveries that an older program has left, while one is at work. */
const OF_FEW = new Set<string | undefined>(['deliveries_unplaced', 'deliveries_misplaced'])

/** What is due in a lane: a query within a query, which ends at a limit of its own. */
const LIMITED = 'ready'

export function judgeOfSqlite(database: Database): Judge {
  return async ({ sql, parameters }) => {
    const rows = database.prepare(`explain query plan ${sql}`).all(...parameters) as { detail: string }[]
    return rows.flatMap(({ detail }) => {
      const table = /^(?:SCAN|SEARCH) (\w+)/.exec(detail)?.[1] ?? ''
      if (table === LIMITED || SMALL.has(table) || OF_FEW.has(/ INDEX (\w+)/.exec(detail)?.[1])) return []
      if (/^SCAN [a-z]/.test(detail)) return isFirstRows(sql) ? [] : [detail]
      if (/TEMP B-TREE|AUTOMATIC/.test(detail)) return [detail]
      const used = namesIn(/\((.*)\)$/.exec(detail)?.[1] ?? '')
      return isModeAlone(used) && comparedIn(sql).some((name) => !used.includes(name)) ? [detail] : []
    })
  }
}

interface Node {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Index Name'?: string
  readonly 'Index Cond'?: string
  readonly Filter?: string
  readonly Plans?: readonly Node[]
}

/** Forbidden what there may be a way around, so that few rows are planned as many are. */
const SETTINGS = ['seqscan', 'sort', 'incremental_sort', 'bitmapscan', 'hashjoin', 'mergejoin']

/** Of one database, until the test ends. */
export async function judgeOfPostgres(url: string): Promise<Judge> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  onTestFinished(() => client.end())
  for (const setting of SETTINGS) await client.query(`set enable_${setting} = off`)
  return async ({ sql, parameters }) => {
    const { rows } = await client.query(`explain (format json) ${sql}`, [...parameters])
    return faultsOf(rows[0]['QUERY PLAN'][0].Plan, sql)
  }
}

function faultsOf(node: Node, sql: string): string[] {
  const { 'Node Type': type, 'Relation Name': table = '', 'Index Cond': condition = '', Filter: filter } = node
  const below = (node.Plans ?? []).flatMap((one) => faultsOf(one, sql))
  const what = [type, table, condition, filter].filter(Boolean).join(' | ')
  if (/Sort/.test(type)) return [what, ...below]
  if (!/Scan/.test(type) || table === '' || SMALL.has(table) || OF_FEW.has(node['Index Name'])) return below
  // What is looked at row by row on purpose stands beside an empty text or a zero, or below the row.
  const isWalked = filter !== undefined && !/\|\||\+ 0|SubPlan/.test(filter)
  const isWhole = condition === '' && !(isFirstRows(sql) && type.startsWith('Index'))
  const isFault = isWhole || (isModeAlone(namesIn(condition)) && isWalked)
  return isFault ? [what, ...below] : below
}

function namesIn(condition: string): string[] {
  return [...condition.matchAll(/\b([a-z_]+)\b/g)].flatMap(([, name = '']) => (name === 'integer' ? [] : [name]))
}

/** A statement that asks for any rows, or for the first in the order of an index, ends as soon as it has them. */
function isFirstRows(sql: string): boolean {
  return comparedIn(sql).length === 0 && / limit \S+$/.test(sql)
}

/** An index that is used for the mode and nothing else is read to its end. */
function isModeAlone(columns: readonly string[]): boolean {
  return columns.length > 0 && columns.every((name) => name === 'livemode')
}

/** The columns that a statement compares as they are, but for those of statements within it. */
function comparedIn(sql: string): string[] {
  const flat = sql.replaceAll('"', '').replace(/exists\s*\(.*?\)\)/gs, '')
  const where = /\swhere\s(.*)$/s.exec(flat)?.[1] ?? ''
  return [...where.matchAll(/([a-z_]+) (?:=|<|>|<=|>=|in|is) /g)].map(([, name = '']) => name)
}
