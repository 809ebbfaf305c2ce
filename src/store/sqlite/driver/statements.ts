import type { Database, Statement } from '../database.js'

/** Above this many different statements, the one made longest ago is dropped. */
const MOST_STATEMENTS = 200

/** The statements of a database, prepared once. */
export class Statements {
  readonly #database: Database
  readonly #statements = new Map<string, Statement>()

  constructor(database: Database) {
    this.#database = database
  }

  of(sql: string): Statement {
    return this.#statements.get(sql) ?? this.#prepare(sql)
  }

  #prepare(sql: string): Statement {
    const statement = this.#database.prepare(sql)
    this.#statements.set(sql, statement)
    const [oldest] = this.#statements.keys()
    if (this.#statements.size > MOST_STATEMENTS && oldest !== undefined) this.#statements.delete(oldest)
    return statement
  }
}
