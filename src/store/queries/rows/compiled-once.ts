import type { CompiledQuery } from 'kysely'
import type { Db, Tables } from '../tables.js'

/** The place of a value in a query that is compiled before its values are known. */
class Slot {
  readonly index: number

  constructor(index: number) {
    this.index = index
  }
}

/**
 * A query that is built and compiled once for each database: for the few that every request makes, that costs more than
 * their other work on this side. `build` is called with a place for each value, and may do nothing with it but hand it on.
 */
export function compiledOnce<Values extends readonly unknown[], Row>(
  build: (db: Db, ...values: Values) => { compile(): CompiledQuery<Row> },
): (db: Db, ...values: Values) => CompiledQuery<Row> {
  const compiled = new WeakMap<object, CompiledQuery<Row>>()
  return (db, ...values) => {
    // All transactions of a database have its adapter.
    const { adapter } = db.getExecutor()
    let query = compiled.get(adapter)
    if (query === undefined) {
      const slots = values.map((_, index) => new Slot(index))
      query = build(db, ...(slots as unknown as Values)).compile()
      compiled.set(adapter, query)
    }
    const parameters = query.parameters.map((one) => (one instanceof Slot ? values[one.index] : one))
    return { ...query, parameters }
  }
}

interface Insert {
  readonly columns: readonly string[]
  readonly of: (db: Db, ...values: unknown[]) => CompiledQuery<unknown>
}

const inserts = new Map<keyof Tables, Insert>()

/**
 * An insert of one row, compiled once for each table: its rows name the same columns in the same order. What is undefined
 * is left to the database, as elsewhere.
 */
export function insertOf<Name extends keyof Tables>(db: Db, table: Name, row: Tables[Name]): CompiledQuery<unknown> {
  const columns: string[] = []
  const given: unknown[] = []
  for (const [name, value] of Object.entries(row)) {
    if (value === undefined) continue
    columns.push(name)
    given.push(value)
  }
  let insert = inserts.get(table)
  if (insert === undefined || !isSame(columns, insert.columns)) {
    const build = compiledOnce<unknown[], unknown>((any, ...values) =>
      any.insertInto(table).values(Object.fromEntries(columns.map((name, index) => [name, values[index]])) as never),
    )
    insert = { columns, of: build }
    inserts.set(table, insert)
  }
  return insert.of(db, ...given)
}

function isSame(columns: readonly string[], others: readonly string[]): boolean {
  return columns.length === others.length && columns.every((name, index) => name === others[index])
}
