import { sql } from 'kysely'
import type { Db } from '../queries/tables.js'

/** The shortest time between two updates of the statistics, in milliseconds. */
const EVERY = 60 * 60 * 1_000

/** SQLite's statistics about the number of rows and distinct values. Without them it guesses which index is better. */
export interface Statistics {
  /** Updates the statistics that have changed much. Takes a few milliseconds, however large the store is. */
  keep(): Promise<void>
  /** The same after the running work, unless it was done within the last hour. */
  keepSoon(): void
}

export function statisticsOf(db: Db): Statistics {
  let kept = Date.now()
  const keep = async () => {
    kept = Date.now()
    try {
      // On one connection, because the limit belongs to the connection.
      await db.connection().execute(async (connection) => {
        // Looks at some hundred rows of each index: sqlite.org/lang_analyze.html, approximate ANALYZE.
        await sql`pragma analysis_limit = 400`.execute(connection)
        // All tables, also those not queried yet.
        await sql`pragma optimize = 0x10002`.execute(connection)
      })
    } catch {
      // Another process writes, or the disk is full: a real write will report that, and this can wait.
    }
  }
  return {
    keep,
    keepSoon() {
      if (Date.now() - kept >= EVERY) void keep()
    },
  }
}
