import type { ListObject, ReportChecks, VerificationReport } from '../../../model/resources.js'
import type { ReportRecord } from '../../../store/reports.js'
import type { Call, ReadCall } from '../calls/call.js'
import { checkExpand, type Expand, NOTHING, SENSITIVE, type Shown, withoutSensitive } from '../calls/expand.js'
import { type ListParams, listObject, pageOf, rangeOf } from '../calls/list.js'
import { isOfFlowWithin } from '../flows/find-flow.js'
import { bindingOf, notFoundFor } from '../keys/binding.js'

const ENDPOINT = '/v1/identity/verification_reports'
const WHAT = 'identity.verification_report'

export interface ListReportsParams extends ListParams {
  readonly type?: ReportRecord['type'] | undefined
  readonly verification_session?: string | undefined
  readonly client_reference_id?: string | undefined
}

export async function retrieveReport(
  call: ReadCall,
  id: string,
  expand: Expand = NOTHING,
): Promise<VerificationReport> {
  checkExpand(call, expand)
  const report = await call.tx.reports.byId(call.livemode, id)
  if (report === undefined || !(await isOfFlowWithin(call, report.flow))) {
    throw notFoundFor(call.principal, WHAT, id, 'report')
  }
  return toReport(call, report, { expand, isList: false })
}

export async function listReports(
  call: ReadCall,
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
  return listObject(ENDPOINT, await tx.reports.list(livemode, filter, page), (report) =>
    toReport(call, report, { expand, isList: true }),
  )
}

/** `path` is the report's place in the resource: "last_verification_report" in a session. */
export function toReport(
  call: Pick<Call<unknown>, 'principal' | 'now'>,
  report: ReportRecord,
  { expand, isList, path = '' }: Pick<Shown, 'expand' | 'isList'> & { readonly path?: string },
): VerificationReport {
  const { document, id_number, ...checks } = report.checks
  const { created } = report
  const shown = <Section extends object>(name: 'document' | 'id_number', section: Section): Section => {
    const at = path === '' ? name : `${path}.${name}`
    return withoutSensitive(call, section, SENSITIVE[name], { path: at, expand, created, isList })
  }
  const sections: ReportChecks = {
    ...(document && { document: shown('document', document) }),
    ...checks,
    ...(id_number && { id_number: shown('id_number', id_number) }),
  }
  return {
    id: report.id,
    object: 'identity.verification_report',
    client_reference_id: report.client_reference_id,
    created: report.created,
    ...sections,
    livemode: report.livemode,
    options: report.options,
    type: report.type,
    ...(report.flow !== null && { verification_flow: report.flow }),
    verification_session: report.session,
  }
}
