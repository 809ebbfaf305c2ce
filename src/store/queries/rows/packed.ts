import { type AliasedExpression, expressionBuilder } from 'kysely'
import type { Tables } from '../tables.js'
import { parseJson } from './json.js'

/**
 * Columns of a row as one JSON array, for tables that have many: drivers take longer to hand those over one by one than to
 * do all else.
 */
export interface Packed {
  /** A driver that knows JSON has parsed it. */
  readonly packed: string | readonly unknown[]
}

export interface Packing<Row> {
  /** What to select. */
  readonly packed: AliasedExpression<Packed['packed'], 'packed'>
  unpack(row: Packed): Row
}

export function packing<Name extends keyof Tables, const Columns extends readonly (keyof Tables[Name] & string)[]>(
  _table: Name,
  columns: Columns,
): Packing<Pick<Tables[Name], Columns[number]>> {
  const build = expressionBuilder<Tables, Name>()
  return {
    packed: build.fn<Packed['packed']>('json_array', [...columns] as never).as('packed'),
    unpack({ packed }) {
      const values: readonly unknown[] = typeof packed === 'string' ? parseJson(packed) : packed
      const row: Record<string, unknown> = {}
      for (let index = 0; index < columns.length; index += 1) row[columns[index] as string] = values[index]
      return row as Pick<Tables[Name], Columns[number]>
    },
  }
}
