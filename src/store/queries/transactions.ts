import type { CompiledQuery, ControlledTransaction, DatabaseConnection, QueryResult } from 'kysely'
import { directly } from './direct.js'
import { type Find, type Found, firstOf, type Lookup, type SharedLookups } from './rows/lookup.js'
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
    const find: Find = async (lookup, ...keys) => {
      const { rows } = await own.executeQuery<Found>(lookup.query(own, keys))
      const found = firstOf(rows, keys)
      return found && lookup.unpack(found)
    }
    try {
      return await work({ db: own, find })
    } finally {
      connection = undefined
    }
  })
}

/** Something was written between a lookup and the transaction that came behind it: the read starts again. */
export class SnapshotMoved extends Error {
  override readonly name = 'SnapshotMoved'
}

/**
 * Runs work that only reads, on one snapshot. Many a read is one lookup, which needs no transaction, and shares its
 * statement with others. Where another statement follows, a transaction begins, and makes the same lookup again. Throws
 * SnapshotMoved if that finds something else.
 */
export async function inReading<T>(db: Db, shared: SharedLookups, work: (asking: Asking) => Promise<T>): Promise<T> {
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

interface First {
  readonly lookup: Lookup<unknown>
  readonly keys: readonly string[]
  readonly found: Promise<Found | undefined>
}

interface Begun {
  readonly transaction: ControlledTransaction<Tables>
  readonly connection: DatabaseConnection
  /** Rejects if the first lookup finds something else in the transaction. */
  readonly isSame: Promise<void>
}

class Reading implements Asking {
  readonly #root: Db
  readonly #shared: SharedLookups
  #db: Db | undefined
  #first: First | undefined
  #begun: Promise<Begun> | undefined
  #isOver = false

  constructor(root: Db, shared: SharedLookups) {
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
    if (this.#first === undefined && this.#begun === undefined && this.#shared.areAnswered) {
      this.#first = { lookup, keys, found: this.#shared.find(lookup, keys) }
      const found = await this.#first.found
      return found && lookup.unpack(found)
    }
    const { rows } = await this.#run<Found>(lookup.query(this.#root, keys))
    const found = firstOf(rows, keys)
    return found && lookup.unpack(found)
  }

  async #run<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    if (this.#isOver) throw tooLate()
    this.#begun ??= this.#begin()
    const { connection, isSame } = await this.#begun
    // On its way together with the lookup, where the database takes several statements at once.
    const answer = connection.executeQuery<Row>(query)
    answer.catch(() => {})
    await isSame
    return answer
  }

  async #begin(): Promise<Begun> {
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
    const { lookup, keys, found } = this.#first
    const again = connection.executeQuery<Found>(lookup.query(this.#root, keys))
    again.catch(() => {})
    const before = await found
    const now = firstOf((await again).rows, keys)
    // Texts and numbers.
    if (JSON.stringify(before) !== JSON.stringify(now)) throw new SnapshotMoved()
  }

  async end(): Promise<void> {
    this.#isOver = true
    if (this.#begun === undefined) return
    const { transaction } = await this.#begun
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

function connectionOf(tx: Db): Promise<DatabaseConnection> {
  return tx.getExecutor().provideConnection(async (connection) => connection)
}

function tooLate(): Error {
  return new Error('a statement came after its transaction was over')
}
