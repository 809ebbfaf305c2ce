import type { InsertQueryBuilder, InsertResult } from 'kysely'
import type { Db, Tables } from '../tables.js'

/** Below every dialect's limit of parameters in one statement. */
const MOST_PARAMETERS = 5_000

/**
 * Inserts many rows with as few statements as possible. All rows must name the same columns in the same order: the
 * statement is compiled once per number of rows, since compiling is the main cost of a large set. Only the rows of one
 * statement are held at a time.
 */
export async function insertMany<Name extends keyof Tables>(
  db: Db,
  table: Name,
  rows: Iterable<Tables[Name]>,
  finish: (query: InsertQueryBuilder<Tables, Name, InsertResult>) => typeof query = (query) => query,
): Promise<void> {
  const compile = (some: readonly Tables[Name][]) => finish(db.insertInto(table).values(some as never)).compile()
  let full: ReturnType<typeof compile> | undefined
  let some: Tables[Name][] = []
  const insert = async (query: ReturnType<typeof compile>) => {
    await db.executeQuery({ ...query, parameters: some.flatMap((row) => Object.values(row)) })
    some = []
  }
  for (const row of rows) {
    some.push(row)
    if ((some.length + 1) * Object.keys(row).length <= MOST_PARAMETERS) continue
    full ??= compile(some)
    await insert(full)
  }
  if (some.length > 0) await insert(compile(some))
}

/** The rows of records, each made when it is asked for: as texts, those of twenty thousand flows take much memory. */
export function* rowsOf<One, Row>(records: readonly One[], toRow: (record: One, index: number) => Row): Generator<Row> {
  for (const [index, record] of records.entries()) yield toRow(record, index)
}
