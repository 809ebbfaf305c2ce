import { dayOf } from '../../../../store/counts/session-counts.js'
import { dayText } from '../../../dashboard/parts/day.js'
import { reportsCsv } from '../../../dashboard/reports/reports-csv.js'
import { type ReportsView, reportsPage } from '../../../dashboard/reports/reports-page.js'
import type { ReadCall } from '../../../operations/calls/call.js'
import { figuresOf } from '../../../operations/figures/figures.js'
import { daysAsked, filterIn, narrowed, refusalOf, thereIsNo } from '../rows/filters.js'
import { type Asked, atOnce, type PageRow } from '../rows/page-row.js'

/** Days of a report, if none are asked for and at the most. */
const REPORT_DAYS = 30
const REPORT_DAYS_LIMIT = 366

export const REPORTS_PAGES: readonly PageRow[] = [
  {
    path: '/reports',
    needs: { scope: 'sessions:read' },
    show: atOnce(async (call, asked, frame) => reportsPage(frame, await reportOf(call, asked))),
  },
  {
    path: '/reports.csv',
    needs: { scope: 'sessions:read' },
    show: atOnce(async (call, asked, { mode }) => {
      const { range, figures, faults } = await reportOf(call, asked)
      if (figures === null) throw refusalOf(faults)
      const { from, to } = range
      const file = `reports-${mode}-${dayText(from)}-${dayText(to)}.csv`
      return { file, type: 'text/csv', content: reportsCsv(figures) }
    }),
  },
]

async function reportOf(call: ReadCall, asked: Asked): Promise<ReportsView> {
  const filter = filterIn(asked, 'flow', 'since', 'until')
  const { flow } = filter
  const days = daysAsked(filter)
  const last = days.last ?? dayOf(call.now)
  const first = days.first ?? last - REPORT_DAYS + 1
  // Days in the wrong order are a range of one day.
  const range = { from: Math.max(Math.min(first, last), last - REPORT_DAYS_LIMIT + 1), to: last }
  const { list: figures, faults } = await narrowed(
    days.faults,
    { flow: thereIsNo('flow', flow) },
    {
      list: () => figuresOf(call, range, flow === '' ? undefined : flow),
      empty: null,
    },
  )
  return { range, filter, faults, figures }
}
