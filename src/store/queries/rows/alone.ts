import type { CompiledQuery } from 'kysely'

const ALONE = Symbol('mostly alone')

/**
 * Marks a statement that is mostly all that a read asks. If it comes first it is asked without a transaction. Where
 * another one follows after all, it is asked again in theirs: so it should be a cheap one.
 */
export function alone<Row>(query: CompiledQuery<Row>): CompiledQuery<Row> {
  return Object.assign({ [ALONE]: true }, query)
}

export function isAlone(query: CompiledQuery): boolean {
  return ALONE in query
}
