import { outputsOf, PERSON, type Person } from './person.js'
import { hasReport, type Outcome, reasonOf, reportOf } from './reports.js'
import type { ReportShown, Session } from './session.js'
import { NOBODY, type World } from './world.js'

const REDACTED = '[redacted]'
const REDACTED_DATE = { day: 1, month: 1, year: 1 }
const KEPT = new Set(['status', 'error', 'country', 'issuing_country', 'id_number_type', 'type'])

/** What happens at Stripe's side by no request: acts of the person, of a reviewer in the Dashboard, and of time. */
export class Acts {
  readonly #world: World

  constructor(world: World) {
    this.#world = world
  }

  /** The person opens the link, which then works no more. */
  start(id: string): void {
    const { entrance } = this.#world.session(id)
    if (entrance === null || entrance.isOpened || entrance.urlEnds <= this.#world.now) {
      throw new Error(`the link of ${id} does not work`)
    }
    entrance.isOpened = true
  }

  /** The person has done everything; the checks run. */
  submit(id: string): void {
    const session = this.#world.session(id)
    if (session.status !== 'requires_input') throw new Error(`${id} is ${session.status}`)
    session.status = 'processing'
    session.last_error = null
    this.#world.tell('processing', session, NOBODY)
  }

  /** The checks have run; a session that was not submitted yet is submitted first, unless the person gave up. */
  finish(id: string, outcome: Outcome, person: Person = PERSON): ReportShown | undefined {
    const session = this.#world.session(id)
    const isReported = hasReport(session, outcome)
    if (session.status === 'requires_input' && isReported) this.submit(id)
    const report = isReported ? this.#report(session, outcome, person) : undefined
    if (report !== undefined) session.report = report.id
    this.#become(session, outcome, person)
    return report
  }

  /** A reviewer overrides a result, either way. Unverified against the live API: the status and error of it. */
  override(id: string, outcome: Outcome, person: Person = PERSON): void {
    this.#become(this.#world.session(id), outcome, person)
  }

  /** What a redaction erases is gone. */
  finishRedaction(id: string): void {
    const session = this.#world.session(id)
    if (session.redaction !== 'processing') throw new Error(`${id} is not being redacted`)
    session.redaction = 'redacted'
    session.metadata = {}
    session.provided_details = redacted(session.provided_details)
    session.outputs = redacted(session.outputs)
    for (const report of this.#world.reports) {
      if (report.verification_session === id) Object.assign(report, redacted(blocks(report)))
    }
    for (const { data } of this.#world.events) {
      const object = data.object as { id?: string; metadata?: object; provided_details?: unknown }
      if (object.id !== id) continue
      object.metadata = {}
      object.provided_details = redacted(object.provided_details)
    }
    this.#world.tell('redacted', session, NOBODY)
  }

  #report(session: Session, outcome: Outcome, person: Person): ReportShown {
    const made = { id: this.#world.id('vr'), created: this.#world.now }
    return this.#world.reports.push(reportOf(session, outcome, person, made))
  }

  #become(session: Session, outcome: Outcome, person: Person): void {
    const isVerified = outcome === 'verified'
    session.status = isVerified ? 'verified' : 'requires_input'
    session.last_error = isVerified ? null : { code: outcome, reason: reasonOf(outcome) }
    session.outputs = isVerified ? outputsOf(session, person) : null
    session.verified_at = isVerified ? this.#world.now : null
    this.#world.tell(session.status, session, NOBODY)
  }
}

function blocks({ document, selfie, id_number, email, phone }: ReportShown): object {
  const all = { document, selfie, id_number, email, phone }
  return Object.fromEntries(Object.entries(all).filter(([, block]) => block !== undefined))
}

/** With texts and dates replaced; the shape stays. */
function redacted<T>(value: T, name = ''): T {
  if (KEPT.has(name) || value === null || value === undefined) return value
  if (typeof value === 'string') return REDACTED as T
  if (Array.isArray(value)) return [] as T
  if (typeof value !== 'object') return value
  if ('year' in value) return { ...REDACTED_DATE } as T
  return Object.fromEntries(Object.entries(value).map(([member, inner]) => [member, redacted(inner, member)])) as T
}
