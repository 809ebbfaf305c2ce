import { type CompiledQuery, sql } from 'kysely'
import type { Db, Tables } from '../tables.js'
import { type Packed, packing } from './packed.js'

/** How rows of a table are found, one by one, by a column that tells them apart. */
export interface Lookup<Row> {
  /** The rows of some keys; those that are undefined are left out. */
  query(db: Db, keys: readonly (string | undefined)[]): CompiledQuery<Found>
  unpack(found: Packed): Row
}

export interface Found extends Packed {
  readonly found_by: string
}

/** One key, or two. */
export type Keys = readonly [key: string, other?: string]

/** Finds the row of the first of these keys that has one. */
export type Find = <Row>(lookup: Lookup<Row>, ...keys: Keys) => Promise<Row | undefined>

/** How many keys a statement has places for: few sizes, so that each is compiled and prepared once. */
const SIZES = [1, 2, 4, 8, 16, 32, 64, 128] as const

export function lookup<Name extends keyof Tables, const Columns extends readonly (keyof Tables[Name] & string)[]>(
  table: Name,
  key: keyof Tables[Name] & string,
  columns: Columns,
): Lookup<Pick<Tables[Name], Columns[number]>> {
  const { packed, unpack } = packing(table, columns)
  /** By the adapter, which all transactions of a database have. */
  const compiled = new WeakMap<object, Map<number, CompiledQuery<Found>>>()
  const ofSize = (db: Db, size: number): CompiledQuery<Found> => {
    const { adapter } = db.getExecutor()
    const known = compiled.get(adapter) ?? new Map<number, CompiledQuery<Found>>()
    compiled.set(adapter, known)
    const query = known.get(size) ?? compile(db, size)
    known.set(size, query)
    return query
  }
  const compile = (db: Db, size: number): CompiledQuery<Found> => {
    const places = Array.from({ length: size }, () => '')
    const rows = sql`${sql.ref(key)} in (${sql.join(places)})`
    return sql<Found>`select ${sql.ref(key)} as found_by, ${packed} from ${sql.table(table)} where ${rows}`.compile(db)
  }
  return {
    query(db, some) {
      const keys = [...new Set(some.filter((key) => key !== undefined))]
      const size = SIZES.find((one) => one >= keys.length)
      if (size === undefined) throw new RangeError(`${keys.length} keys are too many for one lookup`)
      const spare = Array.from({ length: size - keys.length }, () => keys[0])
      return { ...ofSize(db, size), parameters: [...keys, ...spare] }
    },
    unpack,
  }
}

/** The row of the first of the keys that has one. */
export function firstOf(rows: readonly Found[], keys: Keys): Found | undefined {
  for (const key of keys) {
    const row = rows.find(({ found_by }) => found_by === key)
    if (row !== undefined) return row
  }
  return undefined
}
