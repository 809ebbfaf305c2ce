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
import { toParameter } from '../../queries/rows/parameter.js'
import type { WhileBusy } from '../busy.js'
import type { Database } from '../database.js'
import { ALWAYS, type Presence } from '../file/presence.js'
import { Statements } from './statements.js'
import { WriteGroup } from './write-group.js'

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

/**
 * One connection, used by one transaction after another. Writes that arrive together share one commit: each is a
 * savepoint, so it fails alone, and none is reported as done before the commit that keeps them all.
 */
class SqliteDriver implements Driver {
  readonly #database: Database
  readonly #whileBusy: WhileBusy
  readonly #presence: Presence
  readonly #statements: Statements
  readonly #group: WriteGroup
  #last: Promise<void> = Promise.resolve()

  constructor(database: Database, { whileBusy, presence = ALWAYS }: DialectOptions) {
    this.#database = database
    this.#whileBusy = whileBusy
    this.#presence = presence
    this.#statements = new Statements(database)
    this.#group = new WriteGroup(database, this.#statements, presence)
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    // Time in the queue counts as waiting: otherwise ten writers would wait ten times as long as one.
    const since = Date.now()
    const release = await this.#turn()
    return new SqliteTurn(this.#statements, this.#group, {
      since,
      release,
      whileBusy: this.#whileBusy,
      presence: this.#presence,
    })
  }

  /** Waits for its turn. Resolves with what ends it. */
  async #turn(): Promise<() => void> {
    const before = this.#last
    let release = () => {}
    this.#last = new Promise<void>((resolve) => {
      release = resolve
    })
    await before
    return release
  }

  async releaseConnection(turn: SqliteTurn): Promise<void> {
    turn.release()
  }

  async beginTransaction(turn: SqliteTurn, { accessMode }: TransactionSettings): Promise<void> {
    if (accessMode === 'read only') {
      this.#group.end()
      this.#statements.of('begin').run()
      turn.doing = 'reading'
      return
    }
    if (!this.#group.isOpen) await this.#whileBusy(() => this.#group.open(), turn.since)
    this.#group.begin()
    turn.doing = 'writing'
  }

  async commitTransaction(turn: SqliteTurn): Promise<void> {
    if (turn.doing === 'reading') {
      this.#statements.of('commit').run()
      turn.doing = 'nothing'
      // What was read from a file that is gone by now is not told.
      this.#presence.check()
      return
    }
    const kept = this.#group.keep()
    turn.doing = 'nothing'
    if (this.#group.size === 1) this.#endGroupSoon()
    // The next write may begin before this one is on disk.
    turn.release()
    await kept
  }

  async rollbackTransaction(turn: SqliteTurn): Promise<void> {
    const { doing } = turn
    turn.doing = 'nothing'
    if (doing === 'writing') this.#group.drop(turn.failure)
    if (doing !== 'reading') return
    try {
      this.#database.exec('rollback')
    } catch {
      // After some failures SQLite has already rolled back. Only the first error matters.
    }
  }

  /** What arrives in this turn of the event loop is read from its sockets first, and joins the group. */
  #endGroupSoon(): void {
    setImmediate(async () => {
      const release = await this.#turn()
      this.#group.end()
      release()
    })
  }

  /** The opener of the database closes it: Kysely does not call this for a store that was never used. */
  async destroy(): Promise<void> {}
}

interface Turn {
  /** When it began to wait, in milliseconds. */
  readonly since: number
  readonly release: () => void
  readonly whileBusy: WhileBusy
  readonly presence: Presence
}

/** The connection while one caller has it. */
class SqliteTurn implements DatabaseConnection {
  readonly #statements: Statements
  readonly #group: WriteGroup
  readonly #whileBusy: WhileBusy
  readonly #presence: Presence
  /** Whether the first statement of a read has been made: it takes the snapshot that the others read. */
  #hasSnapshot = false
  readonly since: number
  /** Ending a turn twice does no harm. */
  readonly release: () => void
  doing: 'nothing' | 'reading' | 'writing' = 'nothing'
  /** Why a statement failed. */
  failure: unknown

  constructor(statements: Statements, group: WriteGroup, { since, release, whileBusy, presence }: Turn) {
    this.#statements = statements
    this.#group = group
    this.#whileBusy = whileBusy
    this.#presence = presence
    this.since = since
    this.release = release
  }

  async executeQuery<Row>({ sql, parameters, query }: CompiledQuery): Promise<QueryResult<Row>> {
    // A statement without a transaction is on disk when it has run: it is not part of the group.
    if (this.doing === 'nothing') this.#group.end()
    const bound = parameters.map(toParameter)
    const answersRows = query.kind === 'SelectQueryNode' || query.kind === 'RawNode' || 'returning' in query
    try {
      if (!answersRows) {
        return { rows: [], numAffectedRows: BigInt(this.#statements.of(sql).run(...bound).changes) }
      }
      const all = () => this.#statements.of(sql).all(...bound) as Row[]
      if (this.doing === 'writing' || this.#hasSnapshot) return { rows: all() }
      const rows = await this.#whileBusy(all, this.since)
      if (this.doing === 'reading') this.#hasSnapshot = true
      // What was read from a file that is gone by now is not told.
      else this.#presence.check()
      return { rows }
    } catch (error) {
      this.failure = error
      throw error
    }
  }

  // biome-ignore lint/correctness/useYield: streams are not used, and the interface asks for the method.
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error('the SQLite store does not stream')
  }
}
