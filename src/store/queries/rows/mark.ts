import type { CompiledQuery } from 'kysely'

/**
 * Marks statements by a comment before them, which databases pass over. Each marked text is made once: what is looked up
 * by a long text that was just put together takes longer. For few statements, such as compiled ones.
 */
export function marking(mark: string): <Query extends CompiledQuery>(query: Query) => Query {
  const marked = new Map<string, string>()
  return (query) => {
    let sql = marked.get(query.sql)
    if (sql === undefined) {
      sql = mark + query.sql
      marked.set(query.sql, sql)
    }
    return { ...query, sql }
  }
}
