import { auditCsv } from '../../../dashboard/people/audit-csv.js'
import { type AuditFilters, auditPage } from '../../../dashboard/people/audit-page.js'
import { ACTIONS } from '../../../operations/people/audit.js'
import { listAudit, newestAudit } from '../../../operations/people/audit-log.js'
import { daysAsked, filterIn, NONE, narrowed, refusalOf } from '../rows/filters.js'
import { type Asked, atOnce, type PageRow } from '../rows/page-row.js'
import { pagingOf, placeOf } from '../rows/paging.js'

export const AUDIT_PAGES: readonly PageRow[] = [
  {
    path: '/audit',
    needs: { scope: 'keys:admin' },
    show: atOnce(async (call, asked, frame) => {
      const filter = filtersIn(asked)
      const { params, faults } = paramsOf(filter)
      const { list } = await narrowed(
        faults,
        {},
        {
          list: () => listAudit(call, { ...placeOf(asked), ...params }),
          empty: NONE,
        },
      )
      const paging = pagingOf(asked, list)
      const around = { filter, faults, paging, keptDays: call.auditDays, actions: ACTIONS }
      return auditPage(frame, { records: list.data, ...around })
    }),
  },
  {
    path: '/audit.csv',
    needs: { scope: 'keys:admin' },
    show: atOnce(async (call, asked) => {
      const { params, faults } = paramsOf(filtersIn(asked))
      if (faults.length > 0) throw refusalOf(faults)
      const records = await newestAudit(call, params)
      return { file: 'audit-log.csv', type: 'text/csv', content: auditCsv(records) }
    }),
  },
]

function filtersIn(asked: Asked): AuditFilters {
  return filterIn(asked, 'actor', 'action', 'object', 'since', 'until')
}

/** A newer program, beside this one on the same store, may have recorded actions that this one does not know. */
function paramsOf({ actor, action, object, since, until }: AuditFilters) {
  const { created, faults } = daysAsked({ since, until })
  const params = {
    ...(actor !== '' && { actor }),
    ...(action !== '' && { action }),
    ...(object !== '' && { object }),
    created,
  }
  return { params, faults }
}
