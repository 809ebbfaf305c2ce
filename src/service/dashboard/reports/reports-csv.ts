import type { SessionCounts } from '../../../store/counts/session-counts.js'
import { csvOf } from '../parts/csv.js'
import { dayText } from '../parts/day.js'
import { completionRate, verificationRate } from '../parts/rates.js'
import type { ShownFigures } from './reports-page.js'

const COLUMNS = [
  ...['by', 'value', 'name', 'created', 'started', 'submitted', 'verified', 'requires_input', 'processing', 'canceled'],
  ...['completion_rate', 'verification_rate'],
]

/** What the page shows, as one table (RFC 4180): `by` says what a line counts. */
export function reportsCsv({ total, days, flows, versions, errors }: ShownFigures): string {
  const lines = [
    COLUMNS,
    line('total', '', '', total),
    ...days.map(({ value, counts }) => line('day', dayText(value), '', counts)),
    ...flows.map(({ value, counts }) => line('flow', value?.key ?? '', value?.name ?? '', counts)),
    ...versions.map(({ value, counts }) => line('version', `${value}`, '', counts)),
    ...errors.map(({ value, counts }) => line('error', value, '', counts)),
  ]
  return csvOf(lines)
}

function line(by: string, value: string, name: string, counts: SessionCounts): readonly string[] {
  const { sessions, started, submitted, verified, requires_input, processing, canceled } = counts
  const figures = [sessions, started, submitted, verified, requires_input, processing, canceled].map(String)
  const rates = [completionRate(counts), verificationRate(counts)].map((rate) => rate?.toFixed(4) ?? '')
  return [by, value, name, ...figures, ...rates]
}
