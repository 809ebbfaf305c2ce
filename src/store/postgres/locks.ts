import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Locks } from '../queries/locks.js'

/** PostgreSQL's advisory locks, which no table needs to know of. */
export const advisoryLocks: Locks = {
  async lock(tx, name) {
    await sql`select pg_advisory_xact_lock(${numberOf(name)})`.execute(tx)
  },
  async tryLock(tx, name) {
    const { rows } = await sql<{
      taken: boolean
    }>`select pg_try_advisory_xact_lock(${numberOf(name)}) as taken`.execute(tx)
    return rows[0]?.taken === true
  },
  // Not locks on tables: whoever waits for those has read already, and would go on with what is no longer there.
  async enter(tx) {
    await sql`select pg_advisory_xact_lock_shared(${WHOLE_STORE})`.execute(tx)
  },
  // Whoever comes later stands in line behind this. Two at once are in each other's way, and one begins again.
  async lockAll(tx) {
    await sql`select pg_advisory_xact_lock(${WHOLE_STORE})`.execute(tx)
  },
}

/** They go by numbers of 64 bits: two names that meet in one number would only make one wait for the other. */
function numberOf(name: string): bigint {
  return createHash('sha256').update(`verification-flows:${name}`).digest().readBigInt64BE(0)
}

const WHOLE_STORE = numberOf('whole store')
