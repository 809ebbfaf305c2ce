import type { InsertQueryBuilder, InsertResult } from 'kysely'
import type { Db, Tables } from '../tables.js'

/** Below every dialect's limit of parameters in one statement. */
const MOST_PARAMETERS = 5_000

/**
 * Inserts many rows with as few statements as possible. All rows must name the same columns in the same order: the
 * statement is compiled once per number of rows, since compiling is the main cost of a large set.
 */
export async function insertMany<Name extends keyof Tables>(
  db: Db,
  table: Name,
  rows: readonly Tables[Name][],
  finish: (query: InsertQueryBuilder<Tables, Name, InsertResult>) => typeof query = (query) => query,
): Promise<void> {
  const [first] = rows
  if (first === undefined) return
  const width = Object.keys(first).length
  const height = Math.floor(MOST_PARAMETERS / width)
  const compile = (some: readonly Tables[Name][]) => finish(db.insertInto(table).values(some as never)).compile()
  let full: ReturnType<typeof compile> | undefined
  for (let start = 0; start < rows.length; start += height) {
    const some = rows.slice(start, start + height)
    if (some.length === height) full ??= compile(some)
    const query = some.length === height && full ? full : compile(some)
    await db.executeQuery({ ...query, parameters: some.flatMap((row) => Object.values(row)) })
  }
}
