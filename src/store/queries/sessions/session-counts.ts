import { sql } from 'kysely'
import type { Pace } from '../rows/pace.js'
import type { Db } from '../tables.js'

/** The most sessions counted in one step. */
const STEP = 10_000

interface Count {
  readonly flow: string
  readonly sessions: number
}

/** Counts of sessions per flow since a time, step by step: a flow appears once in each step where it has sessions. */
export async function* countsSince(db: Db, pace: Pace, livemode: boolean, since: number): AsyncGenerator<Count> {
  const mode = sql<boolean>`livemode = ${Number(livemode)}`
  // The empty id is smaller than any other.
  for (let begin = { created: since, id: '' }; ; ) {
    const step = sql<boolean>`${mode} and (created, id) > (${begin.created}, ${begin.id})`
    const last = await sql<typeof begin>`
      select created, id from verification_sessions
      where ${step} order by created, id limit 1 offset ${STEP - 1}`.execute(db)
    const end = last.rows[0]
    const within = end === undefined ? step : sql`${step} and (created, id) <= (${end.created}, ${end.id})`
    const { rows } = await sql<Count>`
      select flow, count(*) as sessions from verification_sessions
      where ${within} and flow is not null group by flow`.execute(db)
    yield* rows
    if (end === undefined) return
    begin = end
    await pace.next()
  }
}
