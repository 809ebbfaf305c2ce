import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Locks } from '../queries/locks.js'
import { later } from '../queries/rows/later.js'

/** PostgreSQL's advisory locks, which need no table. */
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
  // Not table locks: a transaction that waits for those has already read, and would go on with deleted rows.
  async enter(tx) {
    await tx.executeQuery(later(sql`select pg_advisory_xact_lock_shared(${WHOLE_STORE})`.compile(tx)))
  },
  // Later writers queue behind this one. Two at once deadlock, and one of them starts again.
  async lockAll(tx) {
    await sql`select pg_advisory_xact_lock(${WHOLE_STORE})`.execute(tx)
  },
}

/** Advisory locks use 64-bit numbers: two names with the same number would only make one wait for the other. */
function numberOf(name: string): bigint {
  return createHash('sha256').update(`verification-flows:${name}`).digest().readBigInt64BE(0)
}

const WHOLE_STORE = numberOf('whole store')
