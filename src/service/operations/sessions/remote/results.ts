import type { VerificationReport } from '../../../../model/resources.js'
import { someAtOnce } from '../../../../model/some-at-once.js'
import type { ReportRecord } from '../../../../store/reports.js'
import type { SessionRecord } from '../../../../store/sessions.js'
import type { SessionResults, VerifierResults } from '../../../../verifier/verifier.js'
import { VerifierError } from '../../../../verifier/verifier-error.js'
import type { Service } from '../../calls/call.js'
import type { Expand } from '../../calls/expand.js'
import { heldSession } from '../held-session.js'
import { askVerifier, failureOf, unanswered, verifierOf } from './ask.js'

/**
 * Results that the verifier keeps: they are fetched for the answer to one request, without an open transaction, and go
 * through this service without being stored or logged. By id of the session or the report.
 */
export type Fetched<T> = ReadonlyMap<string, T>

export const NOTHING_FETCHED: Fetched<never> = new Map<string, never>()

/** Time limit of one fetch, in milliseconds. */
const TIME_LIMIT = 10_000
/** Fetches at the same time for one request, which may list a hundred objects. */
const AT_ONCE = 8

/** What is fetched of a session; the verifier of one that was never verified has nothing. */
const FROM_SESSION = ['verified_outputs', 'last_verification_report'] as const

/** Whether the verifier must be asked, because it alone has what `expand` names. */
export function isElsewhere(
  { verifiers }: Pick<Service, 'verifiers'>,
  session: Pick<SessionRecord, 'remote' | 'last_report'>,
  expand: Expand,
): boolean {
  return neededOf(session, expand).size > 0 && resultsOf({ verifiers }, session) !== null
}

export async function fetchResults(
  service: Service,
  sessions: readonly SessionRecord[],
  expand: Expand,
): Promise<Fetched<SessionResults>> {
  const wanted = sessions.filter((session) => isElsewhere(service, session, expand))
  return fetched(wanted, async (session) => {
    const held = heldSession(session, session.remote?.id ?? session.id)
    const needed = neededOf(session, expand)
    return ask((asking) => resultsAt(service, session).session(held, needed, asking))
  })
}

/** The reports that verifiers keep. `sessions` are those of the reports. */
export async function fetchReports(
  service: Service,
  reports: readonly ReportRecord[],
  sessions: ReadonlyMap<string, SessionRecord>,
  expand: Expand,
): Promise<Fetched<VerificationReport>> {
  const wanted = reports.filter(({ session }) => isReportElsewhere(service, sessions.get(session)))
  return fetched(wanted, async ({ id, livemode, session }) => {
    const results = resultsAt(service, sessions.get(session))
    return ask((asking) => results.report({ id, livemode }, expand, asking))
  })
}

export function isReportElsewhere(service: Pick<Service, 'verifiers'>, session: SessionRecord | undefined): boolean {
  return session !== undefined && resultsOf(service, session) !== null
}

/** Null if the results are stored here. Throws 503 if this process does not have the verifier. */
function resultsOf(
  service: Pick<Service, 'verifiers'>,
  { remote }: Pick<SessionRecord, 'remote'>,
): VerifierResults | null {
  return remote === null ? null : (verifierOf(service, { remote }).results ?? null)
}

function resultsAt(service: Service, session: SessionRecord | undefined): VerifierResults {
  const results = session && resultsOf(service, session)
  if (results == null) throw unanswered()
  return results
}

/** Without a report there are no results yet. */
function neededOf({ last_report }: Pick<SessionRecord, 'last_report'>, expand: Expand): Expand {
  if (last_report === null) return new Set()
  const [outputs, report] = FROM_SESSION
  return new Set([...expand].filter((path) => path.startsWith(outputs) || path.startsWith(report)))
}

async function fetched<Item extends { readonly id: string }, T>(
  items: readonly Item[],
  fetch: (item: Item) => Promise<T>,
): Promise<Fetched<T>> {
  let isFailed = false
  const results = new Map<string, T>()
  await someAtOnce(items, AT_ONCE, async (item) => {
    if (isFailed) return
    const result = await fetch(item).catch((error) => {
      isFailed = true
      throw error
    })
    results.set(item.id, result)
  })
  return results
}

async function ask<T>(what: Parameters<typeof askVerifier<T>>[1]): Promise<T> {
  const answer = await askVerifier(TIME_LIMIT, what)
  if (answer instanceof VerifierError) throw failureOf(answer, unanswered)
  return answer
}
