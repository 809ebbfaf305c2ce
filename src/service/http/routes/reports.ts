import { REPORT_EXPANDABLE } from '../../operations/calls/expand.js'
import { listReports, retrieveReport } from '../../operations/sessions/reports.js'
import { type AnyRoute, list, read } from './route.js'

const url = '/v1/identity/verification_reports'
const READ = { scope: 'reports:read', answers: 'verification_report', expandable: REPORT_EXPANDABLE } as const

export const REPORT_ROUTES: readonly AnyRoute[] = [
  list(
    url,
    { ...READ, summary: 'List verification reports' },
    {
      type: { oneOf: ['document', 'id_number', 'verification_flow'] },
      verification_session: 'name',
      client_reference_id: 'name',
    },
    (call, params, _id, expand) => listReports(call, params, expand),
  ),
  read(`${url}/:report`, { ...READ, summary: 'Retrieve a verification report' }, retrieveReport),
]
