import { REPORT_EXPANDABLE } from '../operations/calls/expand.js'
import { listReports, retrieveReport } from '../operations/sessions/reports.js'
import { choice, name } from './param.js'
import { list, PAGE, type ReadRoute, read } from './route.js'

const url = '/v1/identity/verification_reports'
const READ = {
  scope: 'reports:read',
  answers: 'verification_report',
  expandable: REPORT_EXPANDABLE,
  isStripes: true,
  keepsBinding: true,
} as const

export const REPORT_ROUTES: readonly ReadRoute[] = [
  list(
    url,
    { ...READ, summary: 'List verification reports' },
    {
      ...PAGE,
      type: choice('Only objects of this type.', ['document', 'id_number', 'verification_flow']),
      verification_session: name('Id of a session.'),
      client_reference_id: name('Your own name for the person.'),
    },
    (call, params, _id, expand) => listReports(call, params, expand),
  ),
  read(`${url}/:report`, { ...READ, summary: 'Retrieve a verification report' }, retrieveReport),
]
