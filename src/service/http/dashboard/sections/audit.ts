import { auditCsv } from '../../../dashboard/people/audit-csv.js'
import { type AuditFilters, auditPage } from '../../../dashboard/people/audit-page.js'
import { ACTIONS } from '../../../operations/people/audit.js'
import { listAudit, newestAudit } from '../../../operations/people/audit-log.js'
import { DAY, dayIn } from '../rows/days.js'
import { type Asked, atOnce, type PageRow } from '../rows/page-row.js'
import { pagingOf, placeOf } from '../rows/paging.js'

export const AUDIT_PAGES: readonly PageRow[] = [
  {
    path: '/audit',
    needs: { scope: 'keys:admin' },
    show: atOnce(async (call, asked, frame) => {
      const filter = filtersIn(asked)
      const list = await listAudit(call, { ...placeOf(asked), ...paramsOf(filter) })
      const paging = pagingOf(asked, list)
      return auditPage(frame, { records: list.data, filter, paging, keptDays: call.auditDays, actions: ACTIONS })
    }),
  },
  {
    path: '/audit.csv',
    needs: { scope: 'keys:admin' },
    show: atOnce(async (call, asked) => {
      const records = await newestAudit(call, paramsOf(filtersIn(asked)))
      return { file: 'audit-log.csv', type: 'text/csv', content: auditCsv(records) }
    }),
  },
]

function filtersIn({ query: { actor = '', action = '', object = '', since = '', until = '' } }: Asked): AuditFilters {
  return { actor, action, object, since, until }
}

function paramsOf({ actor, action, object, since, until }: AuditFilters) {
  return {
    ...(actor !== '' && { actor }),
    ...(action !== '' && { action }),
    ...(object !== '' && { object }),
    created: { ...dayIn(since, 'gte', 0), ...dayIn(until, 'lt', DAY) },
  }
}
