import { sql } from 'kysely'
import type { Db } from '../queries/tables.js'

/** How often what a store holds is counted anew at most, in milliseconds. */
const EVERY = 60 * 60 * 1_000

/** What SQLite knows of how many rows there are, and how alike: without it, it guesses which of two indexes is the better. */
export interface Statistics {
  /** Brings up to date what has changed much. A few milliseconds, however much the store holds. */
  keep(): Promise<void>
  /** The same, after the work that is under way, unless it was done within the last hour. */
  keepSoon(): void
}

export function statisticsOf(db: Db): Statistics {
  let kept = Date.now()
  const keep = async () => {
    kept = Date.now()
    try {
      // On one connection, or the limit would be another one's.
      await db.connection().execute(async (connection) => {
        // Some hundred rows of each index: sqlite.org/lang_analyze.html, approximate ANALYZE.
        await sql`pragma analysis_limit = 400`.execute(connection)
        // All tables, also those that nothing was asked of yet.
        await sql`pragma optimize = 0x10002`.execute(connection)
      })
    } catch {
      // Somebody else writes, or the disk is full: whoever writes meets that, and this can wait.
    }
  }
  return {
    keep,
    keepSoon() {
      if (Date.now() - kept >= EVERY) void keep()
    },
  }
}
