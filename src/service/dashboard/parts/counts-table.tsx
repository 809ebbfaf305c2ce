import type { ComponentChildren } from 'preact'
import type { SessionCounts } from '../../../store/counts/session-counts.js'
import { ListTable } from '../lists/list-table.js'
import { completionRate, percent, verificationRate } from './rates.js'

interface Props {
  /** What stands in the first column. */
  readonly of: string
  readonly rows: readonly {
    readonly id: string | number
    readonly name: ComponentChildren
    readonly counts: SessionCounts
  }[]
}

const COLUMNS = ['Created', 'Started', 'Submitted', 'Verified', 'Canceled', 'Completion rate', 'Verification rate']

/** What became of verifications, a line for each of something. */
export function CountsTable({ of, rows }: Props) {
  return (
    <ListTable
      holdsNumbers
      columns={[of, ...COLUMNS]}
      rows={rows.map(({ id, name, counts }) => ({
        id: `${of.toLowerCase()}-${id}`,
        cells: [
          name,
          ...[counts.sessions, counts.started, counts.submitted, counts.verified, counts.canceled],
          ...[percent(completionRate(counts)), percent(verificationRate(counts))],
        ],
      }))}
    />
  )
}
