import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type TransactionSettings,
} from 'kysely'
import { toParameter } from '../queries/rows/parameter.js'
import type { WhileBusy } from './busy.js'
import type { Database, Statement } from './database.js'
import { ALWAYS, type Presence } from './file/presence.js'

export interface DialectOptions {
  readonly whileBusy: WhileBusy
  /** Checked before every transaction, and again after every commit, before success is reported. */
  readonly presence?: Presence
}

/** Kysely over the `node:sqlite` interface. */
export function sqliteDialect(database: Database, options: DialectOptions): Dialect {
  return {
    createDriver: () => new SqliteDriver(database, options),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new SqliteAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  }
}

/** One connection, used by one transaction after another. */
class SqliteDriver implements Driver {
  readonly #database: Database
  readonly #whileBusy: WhileBusy
  readonly #presence: Presence
  readonly #connection: SqliteConnection
  #last: Promise<void> = Promise.resolve()
  #release: () => void = () => {}
  #since = 0

  constructor(database: Database, { whileBusy, presence = ALWAYS }: DialectOptions) {
    this.#database = database
    this.#whileBusy = whileBusy
    this.#presence = presence
    this.#connection = new SqliteConnection(database)
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    const since = Date.now()
    const before = this.#last
    let release = () => {}
    this.#last = new Promise<void>((resolve) => {
      release = resolve
    })
    await before
    this.#release = release
    // Time in the queue counts as waiting: otherwise ten writers would wait ten times as long as one.
    this.#since = since
    return this.#connection
  }

  async releaseConnection(): Promise<void> {
    this.#release()
  }

  async beginTransaction(_connection: DatabaseConnection, { accessMode }: TransactionSettings): Promise<void> {
    const begin = accessMode === 'read only' ? () => this.#beginRead() : () => this.#beginWrite()
    await this.#whileBusy(begin, this.#since)
  }

  /** The first read takes the snapshot, so one is made here, where waiting is possible. */
  #beginRead(): void {
    this.#presence.check()
    this.#database.exec('begin')
    try {
      this.#connection.statement('select count(*) from sqlite_schema').get()
    } catch (error) {
      this.#database.exec('rollback')
      throw error
    }
  }

  /** Takes the lock at once: a transaction that reads first and writes later could find its snapshot outdated. */
  #beginWrite(): void {
    this.#presence.check()
    this.#database.exec('begin immediate')
  }

  async commitTransaction(): Promise<void> {
    this.#database.exec('commit')
    this.#presence.check()
  }

  async rollbackTransaction(): Promise<void> {
    try {
      this.#database.exec('rollback')
    } catch {
      // After some failures, such as a full disk, SQLite has already rolled back. Only the first error matters.
    }
  }

  /** The opener of the database closes it: Kysely does not call this for a store that was never used. */
  async destroy(): Promise<void> {}
}

/** Above this many different statements, the one used longest ago is dropped. */
const MOST_STATEMENTS = 200

class SqliteConnection implements DatabaseConnection {
  readonly #database: Database
  readonly #statements = new Map<string, Statement>()

  constructor(database: Database) {
    this.#database = database
  }

  async executeQuery<Row>({ sql, parameters, query }: CompiledQuery): Promise<QueryResult<Row>> {
    const bound = parameters.map(toParameter)
    const statement = this.statement(sql)
    const answersRows = query.kind === 'SelectQueryNode' || query.kind === 'RawNode' || 'returning' in query
    if (answersRows) return { rows: statement.all(...bound) as Row[] }
    return { rows: [], numAffectedRows: BigInt(statement.run(...bound).changes) }
  }

  // biome-ignore lint/correctness/useYield: streams are not used, and the interface asks for the method.
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error('the SQLite store does not stream')
  }

  statement(sql: string): Statement {
    const known = this.#statements.get(sql)
    const statement = known ?? this.#database.prepare(sql)
    this.#statements.delete(sql)
    this.#statements.set(sql, statement)
    const [oldest] = this.#statements.keys()
    if (this.#statements.size > MOST_STATEMENTS && oldest !== undefined) this.#statements.delete(oldest)
    return statement
  }
}
