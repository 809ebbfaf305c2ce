import type { CompiledQuery, ControlledTransaction, DatabaseConnection, QueryResult } from 'kysely'
import { directly } from './direct.js'
import { isAlone } from './rows/alone.js'
import { type Find, firstOf, type Keys, type Lookup } from './rows/lookup.js'
import type { SharedLookups } from './rows/shared-lookups.js'
import type { Db, Tables } from './tables.js'

/** What the queries of a transaction are asked with. */
export interface Asking {
  readonly db: Db
  readonly find: Find
}

/** Runs work in one transaction that may write. */
export function inWriting<T>(db: Db, work: (asking: Asking) => Promise<T>): Promise<T> {
  // After a wait for a lock, the work must see what the holder wrote: no earlier snapshot.
  const writing = db.transaction().setIsolationLevel('read committed')
  return writing.execute(async (tx) => {
    let connection: DatabaseConnection | undefined = await connectionOf(tx)
    const own = directly(db, (query) => {
      if (connection === undefined) throw tooLate()
      return connection.executeQuery(query)
    })
    try {
      return await work({ db: own, find: (lookup, ...keys) => findIn(own, lookup, keys) })
    } finally {
      connection = undefined
    }
  })
}

/** Something was written between a first statement and the transaction that came behind it: the read starts again. */
export class SnapshotMoved extends Error {
  override readonly name = 'SnapshotMoved'
}

/**
 * Runs work that only reads, on one snapshot. Many a read is one statement, which needs no transaction: a lookup, which
 * shares it with others, or one that is marked as `alone`. Where another one follows, a transaction begins, and asks the
 * first one again. Throws SnapshotMoved if that finds something else. Without `shared`, all of it is one transaction.
 */
export async function inReading<T>(
  db: Db,
  shared: SharedLookups | undefined,
  work: (asking: Asking) => Promise<T>,
): Promise<T> {
  const reading = new Reading(db, shared)
  try {
    const result = await work(reading)
    await reading.end()
    return result
  } catch (error) {
    await reading.abandon()
    throw error
  }
}

/** What was asked without a transaction. */
interface First {
  readonly found: Promise<unknown>
  readonly query: () => CompiledQuery
  /** What is found, in the rows of the query. */
  readonly of: (rows: readonly never[]) => unknown
}

interface Begun {
  readonly transaction: ControlledTransaction<Tables>
  readonly connection: DatabaseConnection
  /** Rejects if the first statement finds something else in the transaction. */
  readonly isSame: Promise<void>
}

class Reading implements Asking {
  readonly #root: Db
  readonly #shared: SharedLookups | undefined
  #db: Db | undefined
  #first: First | undefined
  #begun: Promise<Begun> | undefined
  #isOver = false

  constructor(root: Db, shared: SharedLookups | undefined) {
    this.#root = root
    this.#shared = shared
  }

  /** Made when it is asked for: a lookup needs none. */
  get db(): Db {
    this.#db ??= directly(this.#root, (query) => this.#run(query))
    return this.#db
  }

  readonly find: Find = async (lookup, ...keys) => {
    if (this.#isOver) throw tooLate()
    const shared = this.#alone
    if (shared === undefined) return findIn(this.db, lookup, keys)
    const first = shared.find(lookup, keys)
    const query = () => lookup.query(this.#root, keys)
    this.#first = { found: first, query, of: (rows) => firstOf(rows, keys) }
    const row = await first
    return row && lookup.unpack(row)
  }

  /** What a statement is asked with that may go without a transaction. */
  get #alone(): SharedLookups | undefined {
    return this.#first === undefined && this.#begun === undefined && this.#shared?.areAnswered
      ? this.#shared
      : undefined
  }

  async #run<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    if (this.#isOver) throw tooLate()
    const shared = isAlone(query) ? this.#alone : undefined
    if (shared !== undefined) {
      const answer = this.#root.executeQuery<Row>(query)
      const found = answer.then(({ rows }) => rows)
      found.catch(shared.failed)
      this.#first = { found, query: () => query, of: (rows) => rows }
      return answer
    }
    this.#begun ??= this.#begin()
    const { connection, isSame } = await this.#begun
    // On its way together with the first one, where the database takes several statements at once.
    const answer = connection.executeQuery<Row>(query)
    answer.catch(() => {})
    await isSame
    return answer
  }

  async #begin(): Promise<Begun> {
    // Not while the first statement may need the connection that a transaction would take.
    await this.#first?.found
    const transaction = await this.#root
      .startTransaction()
      .setAccessMode('read only')
      .setIsolationLevel('repeatable read')
      .execute()
    const connection = await connectionOf(transaction)
    const isSame = this.#again(connection)
    isSame.catch(() => {})
    return { transaction, connection, isSame }
  }

  async #again(connection: DatabaseConnection): Promise<void> {
    if (this.#first === undefined) return
    const { found, query, of } = this.#first
    const again = connection.executeQuery<never>(query())
    again.catch(() => {})
    const before = await found
    // Texts and numbers.
    if (JSON.stringify(before) !== JSON.stringify(of((await again).rows))) throw new SnapshotMoved()
  }

  async end(): Promise<void> {
    this.#isOver = true
    if (this.#begun === undefined) return
    const { transaction, isSame } = await this.#begun
    // Also where the work went on in spite of it.
    await isSame
    await transaction.commit().execute()
  }

  /** Never throws: the first error is the one that matters. */
  async abandon(): Promise<void> {
    this.#isOver = true
    try {
      const begun = await this.#begun
      await begun?.transaction.rollback().execute()
    } catch {
      // It never began, or has ended.
    }
  }
}

/** What a lookup finds in a transaction. */
async function findIn<Row>(db: Db, lookup: Lookup<Row>, keys: Keys): Promise<Row | undefined> {
  const row = firstOf((await db.executeQuery(lookup.query(db, keys))).rows, keys)
  return row && lookup.unpack(row)
}

function connectionOf(tx: Db): Promise<DatabaseConnection> {
  return tx.getExecutor().provideConnection(async (connection) => connection)
}

function tooLate(): Error {
  return new Error('a statement came after its transaction was over')
}
