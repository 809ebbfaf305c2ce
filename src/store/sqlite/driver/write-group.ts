import type { Database } from '../database.js'
import type { Presence } from '../file/presence.js'
import type { Statements } from './statements.js'

interface Waiting {
  resolve(): void
  reject(error: unknown): void
}

/**
 * Writes that share one commit, and so one flush to the disk. Each is a savepoint: one that fails is undone alone. What
 * `keep` answers settles with the commit, so nobody is told of a write that is not on disk.
 */
export class WriteGroup {
  readonly #database: Database
  readonly #statements: Statements
  readonly #presence: Presence
  #waiting: Waiting[] = []
  #isOpen = false

  constructor(database: Database, statements: Statements, presence: Presence) {
    this.#database = database
    this.#statements = statements
    this.#presence = presence
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  /** How many writes wait for the commit. */
  get size(): number {
    return this.#waiting.length
  }

  /** Takes the lock at once: a transaction that reads first and writes later could find its snapshot outdated. */
  open(): void {
    this.#presence.check()
    this.#database.exec('begin immediate')
    this.#isOpen = true
  }

  begin(): void {
    this.#statements.of('savepoint one_write').run()
  }

  /** Ends a write. Resolves when it is on disk; rejects if the group's commit fails. */
  keep(): Promise<void> {
    this.#statements.of('release one_write').run()
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
    })
  }

  /** Undoes a write. After some failures, such as a full disk, SQLite has undone the whole group: then all fail. */
  drop(cause: unknown): void {
    try {
      this.#database.exec('rollback to one_write; release one_write')
    } catch (error) {
      this.#undo(cause ?? error)
      return
    }
    if (this.#waiting.length === 0) this.#undo(cause)
  }

  /** Commits, if there is anything. */
  end(): void {
    if (!this.#isOpen) return
    try {
      this.#database.exec('commit')
      this.#presence.check()
    } catch (error) {
      this.#undo(error)
      return
    }
    for (const { resolve } of this.#close()) resolve()
  }

  #undo(cause: unknown): void {
    try {
      this.#database.exec('rollback')
    } catch {
      // SQLite has already rolled back. Only the first error matters.
    }
    for (const { reject } of this.#close()) reject(cause)
  }

  #close(): readonly Waiting[] {
    const waiting = this.#waiting
    this.#waiting = []
    this.#isOpen = false
    return waiting
  }
}
