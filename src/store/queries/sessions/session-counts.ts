import { type RawBuilder, sql } from 'kysely'
import type { DayRange, SessionCountReads, SessionCounts, SessionCountWrites } from '../../counts/session-counts.js'
import type { Locks } from '../locks.js'
import { insertMany } from '../rows/insert-many.js'
import type { Db, FlowDaysTable, SessionCountsTable } from '../tables.js'

/** The most deltas taken at once. */
const STEP = 5_000

const EVERY_FLOW = '*'

/** Days in a span of flow_days that is not a single day. */
const SPAN = 8

const MEASURES = ['sessions', 'started', 'submitted', 'processing', 'verified', 'successful', 'canceled'] as const

type Measured = Pick<SessionCountsTable, (typeof MEASURES)[number]>

/**
 * Counts are read in one statement with the deltas that were not gathered yet, so no session is missed or counted twice
 * while others gather.
 */
export function sessionCountQueries(db: Db, locks: Locks): SessionCountReads & SessionCountWrites {
  return {
    async by(by, livemode, { days, flow }) {
      const column = sql.ref(by)
      const where = inDays(livemode, days)
      const ofFlow = flow === undefined ? sql`` : sql`and flow = ${flow}`
      const { rows } = await sql<Measured & { value: never }>`
        select ${column} as value, ${SUMS} from (
          select ${column}, ${NAMES} from session_counts where ${where} and flow = ${flow ?? EVERY_FLOW}
          union all select ${column}, ${NAMES} from session_count_deltas where ${where} ${ofFlow}
        ) as counted group by ${column}`.execute(db)
      return rows.map(({ value, ...measured }) => ({ value, counts: toCounts(measured) })).filter(hasAny)
    },
    async ofFlows(livemode, flows, days) {
      if (flows.length === 0) return new Map()
      const where = sql`${inDays(livemode, days)} and flow in (${sql.join(flows)})`
      const { rows } = await sql<Measured & { flow: string }>`
        select flow, ${SUMS} from (
          select flow, ${NAMES} from session_counts where ${where}
          union all select flow, ${NAMES} from session_count_deltas where ${where}
        ) as counted group by flow`.execute(db)
      const found = rows.map(({ flow, ...measured }) => ({ flow, counts: toCounts(measured) }))
      return new Map(found.filter(hasAny).map(({ flow, counts }) => [flow, counts]))
    },
    async everyFlow(livemode, days) {
      const { rows } = await sessionsByFlow(livemode, days).execute(db)
      return new Map(rows.map(({ flow, sessions }) => [flow, Number(sessions)] as const))
    },
    async mostUsed(livemode, days, limit) {
      const { rows } = await sql<{ flow: string; count: number }>`
        select flow, count(*) over () as count from (${sessionsByFlow(livemode, days)}) as used
        order by sessions desc, flow limit ${limit}`.execute(db)
      return { flows: rows.map(({ flow }) => flow), count: Number(rows[0]?.count ?? 0) }
    },
    async gather() {
      if (!(await locks.tryLock(db, 'session counts'))) return false
      const oldest = db.selectFrom('session_count_deltas').select('id').orderBy('id').limit(STEP)
      const taken = await db.deleteFrom('session_count_deltas').where('id', 'in', oldest).returningAll().execute()
      await insertMany(db, 'session_counts', added(taken), (query) =>
        query.onConflict((conflict) =>
          conflict.columns(['livemode', 'flow', 'day', 'flow_version', 'error_code']).doUpdateSet((eb) => {
            const sum = (name: (typeof MEASURES)[number]) =>
              eb(eb.ref(`session_counts.${name}`), '+', eb.ref(`excluded.${name}`))
            return Object.fromEntries(MEASURES.map((name) => [name, sum(name)]))
          }),
        ),
      )
      await insertMany(db, 'flow_days', daysOf(taken), (query) =>
        query.onConflict((conflict) =>
          conflict.columns(['livemode', 'span', 'day', 'flow']).doUpdateSet((eb) => ({
            sessions: eb(eb.ref('flow_days.sessions'), '+', eb.ref('excluded.sessions')),
          })),
        ),
      )
      return taken.length === STEP
    },
  }
}

/**
 * The flows that have sessions, each with their number. All spans are looked up in one condition: of the parts of a
 * union PostgreSQL does not know how many flows they hold, and starts several processes to sort them. Each span says the
 * mode too: SQLite would otherwise read all days of the mode.
 */
export function sessionsByFlow(livemode: boolean, days: DayRange): RawBuilder<{ flow: string; sessions: number }> {
  const spans = spansOf(days).map(({ span, from, to }) => sql`${inDays(livemode, { from, to })} and span = ${span}`)
  return sql`
    select flow, sum(sessions) as sessions from (
      select flow, sessions from flow_days where (${sql.join(spans, sql` or `)})
      union all select flow, sessions from session_count_deltas where ${inDays(livemode, days)}
    ) as counted where flow <> '' group by flow having sum(sessions) > 0`
}

const NAMES = sql.join(MEASURES.map((name) => sql.ref(name)))
const SUMS = sql.join(MEASURES.map((name) => sql`sum(${sql.ref(name)}) as ${sql.ref(name)}`))

function inDays(livemode: boolean, { from, to }: DayRange): RawBuilder<boolean> {
  return sql<boolean>`livemode = ${Number(livemode)} and day between ${from} and ${to}`
}

/** Sums of big integers may come as text. */
function toCounts(measured: Measured): SessionCounts {
  const number = (name: keyof Measured) => Number(measured[name])
  const [sessions, processing, verified, canceled] = [
    number('sessions'),
    number('processing'),
    number('verified'),
    number('canceled'),
  ]
  return {
    sessions,
    started: number('started'),
    submitted: number('submitted'),
    requires_input: sessions - processing - verified - canceled,
    processing,
    verified,
    successful: number('successful'),
    canceled,
  }
}

/** Counts of what changed since go back to zero. */
function hasAny({ counts }: { readonly counts: SessionCounts }): boolean {
  return counts.sessions > 0
}

/** Days as few spans: whole ones, and single days before and behind them. */
function spansOf({ from, to }: DayRange): readonly (DayRange & { readonly span: number })[] {
  const begin = Math.ceil(from / SPAN) * SPAN
  const end = Math.floor((to + 1) / SPAN) * SPAN
  if (begin >= end) return [{ span: 1, from, to }]
  return [
    { span: 1, from, to: begin - 1 },
    { span: SPAN, from: begin, to: end - SPAN },
    { span: 1, from: end, to },
  ]
}

/** What deltas add to the days of their flows; always in the same order. */
function daysOf(deltas: readonly SessionCountsTable[]): FlowDaysTable[] {
  const rows = new Map<string, FlowDaysTable>()
  for (const { livemode, flow, day, sessions } of deltas) {
    for (const span of [1, SPAN]) {
      const row = { livemode, span, day: day - (day % span), flow }
      const key = JSON.stringify(Object.values(row))
      rows.set(key, { ...row, sessions: sessions + (rows.get(key)?.sessions ?? 0) })
    }
  }
  const changed = [...rows].filter(([, { sessions }]) => sessions !== 0)
  return changed.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
}

/** Deltas of the same row as one, and what they add to the counts of every flow; always in the same order. */
function added(deltas: readonly (SessionCountsTable & { id: number })[]): SessionCountsTable[] {
  const rows = new Map<string, SessionCountsTable>()
  for (const { id: _, ...delta } of deltas) {
    for (const one of [delta, { ...delta, flow: EVERY_FLOW, flow_version: 0 }]) {
      const { livemode, flow, day, flow_version, error_code } = one
      const key = JSON.stringify([livemode, flow, day, flow_version, error_code])
      const before = rows.get(key)
      const sums = MEASURES.map((name) => [name, one[name] + (before?.[name] ?? 0)])
      rows.set(key, { livemode, flow, day, flow_version, error_code, ...(Object.fromEntries(sums) as Measured) })
    }
  }
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
}
