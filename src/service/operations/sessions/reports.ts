import type { ListObject, ReportChecks, VerificationReport } from '../../../model/resources.js'
import type { ReportRecord } from '../../../store/reports.js'
import type { SessionRecord } from '../../../store/sessions.js'
import type { Call, LookupCall } from '../calls/call.js'
import { checkExpand, type Expand, NOTHING, SENSITIVE, type Shown, withoutSensitive } from '../calls/expand.js'
import { type ListParams, listObject, pageOf, rangeOf } from '../calls/list.js'
import { isOfFlowWithin } from '../flows/find-flow.js'
import { bindingOf, notFoundFor } from '../keys/binding.js'
import { fetchReports, isReportElsewhere } from './remote/results.js'

const ENDPOINT = '/v1/identity/verification_reports'
const WHAT = 'identity.verification_report'

export interface ListReportsParams extends ListParams {
  readonly type?: ReportRecord['type'] | undefined
  readonly verification_session?: string | undefined
  readonly client_reference_id?: string | undefined
}

export async function retrieveReport(
  call: LookupCall,
  id: string,
  expand: Expand = NOTHING,
): Promise<VerificationReport> {
  checkExpand(call, expand)
  const report = await call.tx.reports.byId(call.livemode, id)
  if (report === undefined || !(await isOfFlowWithin(call, report.flow))) {
    throw notFoundFor(call.principal, WHAT, id, 'report')
  }
  return answered(call, [report], { expand, isList: false }, ([shown]) => shown as VerificationReport)
}

export async function listReports(
  call: LookupCall,
  params: ListReportsParams = {},
  expand: Expand = NOTHING,
): Promise<ListObject<VerificationReport>> {
  checkExpand(call, expand)
  const { tx, livemode } = call
  const page = await pageOf(params, WHAT, async (id) => {
    const report = await tx.reports.byId(livemode, id)
    return report !== undefined && (await isOfFlowWithin(call, report.flow))
  })
  const { type, verification_session: session, client_reference_id, created } = params
  const within = bindingOf(call.principal) ?? undefined
  const filter = { type, session, client_reference_id, created: rangeOf(created), within }
  const { data, has_more } = await tx.reports.list(livemode, filter, page)
  return answered(call, data, { expand, isList: true }, (shown) =>
    listObject(ENDPOINT, { data: shown, has_more }, (report) => report),
  )
}

/** The reports in an answer. Those that a verifier keeps are fetched from there. */
async function answered<T>(
  call: LookupCall,
  reports: readonly ReportRecord[],
  asked: Pick<Shown, 'expand' | 'isList'>,
  answer: (reports: readonly VerificationReport[]) => T,
): Promise<T> {
  const sessions = await sessionsOf(call, reports)
  if ([...sessions.values()].some((session) => isReportElsewhere(call, session))) {
    call.elsewhere(async (service) => {
      const fetched = await fetchReports(service, reports, sessions, asked.expand)
      return answer(
        reports.map((report) => {
          const theirs = fetched.get(report.id)
          return theirs === undefined ? toReport(call, report, asked) : toFarReport(call, report, theirs, asked)
        }),
      )
    })
  }
  return answer(reports.map((report) => toReport(call, report, asked)))
}

/** The sessions of the reports, by id. Without a remote verifier nothing is asked of them. */
async function sessionsOf(
  { tx, livemode, verifiers }: LookupCall,
  reports: readonly ReportRecord[],
): Promise<ReadonlyMap<string, SessionRecord>> {
  const found = new Map<string, SessionRecord>()
  if (verifiers.lanes.length === 0) return found
  for (const id of new Set(reports.map(({ session }) => session))) {
    const session = await tx.sessions.byId(livemode, id)
    if (session !== undefined) found.set(id, session)
  }
  return found
}

type Shower = Pick<Call<unknown>, 'principal' | 'now'>
type Place = Pick<Shown, 'expand' | 'isList'> & { readonly path?: string }

/** The sections of a report without the sensitive members that were not asked for. */
function shownSections(
  call: Shower,
  { document, id_number, selfie, email, phone }: ReportChecks,
  created: number,
  { expand, isList, path = '' }: Place,
): ReportChecks {
  const shown = <Section extends object>(name: 'document' | 'id_number', section: Section): Section => {
    const at = path === '' ? name : `${path}.${name}`
    return withoutSensitive(call, section, SENSITIVE[name], { path: at, expand, created, isList })
  }
  return {
    ...(document && { document: shown('document', document) }),
    ...(selfie && { selfie }),
    ...(email && { email }),
    ...(phone && { phone }),
    ...(id_number && { id_number: shown('id_number', id_number) }),
  }
}

/** A report that a verifier keeps, as it answered it. The flow is one of this service. */
export function toFarReport(
  call: Shower,
  { flow, type, created }: ReportRecord,
  theirs: VerificationReport,
  place: Place,
): VerificationReport {
  const { verification_flow, ...report } = theirs
  return {
    ...report,
    ...shownSections(call, theirs, created, place),
    ...(flow !== null && { type, verification_flow: flow }),
  }
}

/** `path` is the report's place in the resource: "last_verification_report" in a session. */
export function toReport(call: Shower, report: ReportRecord, place: Place): VerificationReport {
  const { created } = report
  return {
    id: report.id,
    object: 'identity.verification_report',
    client_reference_id: report.client_reference_id,
    created: report.created,
    ...shownSections(call, report.checks, created, place),
    livemode: report.livemode,
    options: report.options,
    type: report.type,
    ...(report.flow !== null && { verification_flow: report.flow }),
    verification_session: report.session,
  }
}
