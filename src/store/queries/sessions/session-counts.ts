import { sql } from 'kysely'
import type { Pace } from '../rows/pace.js'
import type { Db } from '../tables.js'

/** How many sessions are counted in one step. */
const STEP = 10_000

interface Count {
  readonly flow: string
  readonly sessions: number
}

/** Sessions of flows since a time, counted step by step: a flow comes once in every step in which it has some. */
export async function* countsSince(db: Db, pace: Pace, livemode: boolean, since: number): AsyncGenerator<Count> {
  const mode = sql<boolean>`livemode = ${Number(livemode)}`
  // No id is as small.
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
