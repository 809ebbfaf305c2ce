import { checkLeaves, type ShownChecks } from '../model/bound/shown-checks.js'

/** What is looked at in a session of Stripe's list. Nothing of the person is. */
export interface ListedSession extends ShownChecks {
  readonly id: string
  /** Unix seconds. */
  readonly created: number
  readonly verification_flow: string | null
  /** Redacted sessions are counted; what they show of their options is not looked at. */
  readonly isRedacted: boolean
}

/** Sessions in a row that show the same checks. */
interface Look extends ShownChecks {
  /** When the first and the last of them were made, in unix seconds. */
  from: number
  to: number
}

export interface FlowTally {
  readonly id: string
  /** Newest first. Two beside each other differ, so that somebody edited the flow between them. */
  looks: Look[]
  /** Sessions of each day (UTC), by its number since 1970. */
  readonly days: Map<number, number>
  last: number
}

/** Sessions that were made without a flow, with the same checks. */
interface LooseTally extends ShownChecks {
  readonly days: Map<number, number>
  last: number
}

interface Place {
  readonly id: string
  readonly created: number
}

/** What an unbroken stretch of an account's sessions shows. */
export interface Tally {
  readonly flows: Map<string, FlowTally>
  /** By what they check. */
  readonly loose: Map<string, LooseTally>
  /** The newest and the oldest session that was counted. */
  newest: Place | null
  oldest: Place | null
}

const DAY = 24 * 60 * 60
/** Enough for every range that can be asked for; so the tally of an account stays small for ever. */
const MOST_DAYS = 400
const MOST_LOOKS = 20
const MOST_LOOSE = 100
/** Where the rest of a great variety is counted. */
const REST = ''

export function emptyTally(): Tally {
  return { flows: new Map(), loose: new Map(), newest: null, oldest: null }
}

/** Counts a session that is older than all that were counted. */
export function countOlder(tally: Tally, session: ListedSession): void {
  count(tally, session, 'older')
  tally.oldest = { id: session.id, created: session.created }
  tally.newest ??= tally.oldest
}

/** Counts a session that is newer than all that were counted. */
export function countNewer(tally: Tally, session: ListedSession): void {
  count(tally, session, 'newer')
  tally.newest = { id: session.id, created: session.created }
  tally.oldest ??= tally.newest
}

/** The day of a time, as a number since 1970 (UTC). */
export function dayOf(time: number): number {
  return Math.floor(time / DAY)
}

/** Sessions of these days, from one on. */
export function sessionsSince({ days }: { readonly days: ReadonlyMap<number, number> }, day: number): number {
  return [...days].reduce((sum, [of, sessions]) => (of >= day ? sum + sessions : sum), 0)
}

/** A tally as a JSON value, to be kept between runs. */
export function keptTally(tally: Tally): unknown {
  const days = (map: ReadonlyMap<number, number>) => [...map]
  return {
    flows: [...tally.flows.values()].map((flow) => ({ ...flow, days: days(flow.days) })),
    loose: [...tally.loose].map(([name, loose]) => [name, { ...loose, days: days(loose.days) }]),
    newest: tally.newest,
    oldest: tally.oldest,
  }
}

/** The tally that was kept by this program. */
export function tallyFrom(kept: unknown): Tally {
  const { flows, loose, newest, oldest } = kept as {
    flows: (Omit<FlowTally, 'days'> & { days: [number, number][] })[]
    loose: [string, Omit<LooseTally, 'days'> & { days: [number, number][] }][]
  } & Pick<Tally, 'newest' | 'oldest'>
  return {
    flows: new Map(flows.map((flow) => [flow.id, { ...flow, days: new Map(flow.days) }])),
    loose: new Map(loose.map(([name, one]) => [name, { ...one, days: new Map(one.days) }])),
    newest,
    oldest,
  }
}

function count(tally: Tally, session: ListedSession, side: 'older' | 'newer'): void {
  const { verification_flow: id, created } = session
  if (id === null) {
    const name = looseName(tally, session)
    const { type, options } = name === REST ? { type: 'others', options: null } : session
    const loose = tally.loose.get(name) ?? { type, options, days: new Map(), last: created }
    tally.loose.set(name, loose)
    add(loose, created)
    return
  }
  const flow = tally.flows.get(id) ?? { id, looks: [], days: new Map(), last: created }
  tally.flows.set(id, flow)
  add(flow, created)
  if (!session.isRedacted) look(flow, session, side)
}

function add(counted: { readonly days: Map<number, number>; last: number }, created: number): void {
  const { days } = counted
  counted.last = Math.max(counted.last, created)
  const day = dayOf(created)
  days.set(day, (days.get(day) ?? 0) + 1)
  if (days.size > MOST_DAYS) days.delete(Math.min(...days.keys()))
}

function look(flow: FlowTally, { type, options, created }: ListedSession, side: 'older' | 'newer'): void {
  const end = side === 'newer' ? flow.looks[0] : flow.looks.at(-1)
  if (end !== undefined && nameOf(end) === nameOf({ type, options })) {
    end.from = Math.min(end.from, created)
    end.to = Math.max(end.to, created)
    return
  }
  const next = { type, options, from: created, to: created }
  if (side === 'newer') flow.looks = [next, ...flow.looks].slice(0, MOST_LOOKS)
  else if (flow.looks.length < MOST_LOOKS) flow.looks.push(next)
}

function looseName({ loose }: Tally, session: ListedSession): string {
  const name = session.isRedacted ? REST : nameOf(session)
  return loose.has(name) || loose.size < MOST_LOOSE ? name : REST
}

/** Sessions of one flow show the same again and again. */
const names = new Map<string, string>()
const MOST_NAMES = 1000

function nameOf(checks: ShownChecks): string {
  const raw = JSON.stringify([checks.type, checks.options])
  const known = names.get(raw)
  if (known !== undefined) return known
  const name = JSON.stringify([...checkLeaves(checks)])
  if (names.size === MOST_NAMES) names.clear()
  names.set(raw, name)
  return name
}
