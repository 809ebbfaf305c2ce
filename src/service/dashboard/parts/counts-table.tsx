import type { ComponentChildren } from 'preact'
import type { SessionCounts } from '../../../store/counts/session-counts.js'
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

/** What became of verifications, a line for each of something. */
export function CountsTable({ of, rows }: Props) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what is wider than the page is scrolled with the keyboard.
    <section class="table-responsive" tabIndex={0} aria-label={`Verifications: ${of}`}>
      <table class="table table-vcenter card-table counts">
        <thead>
          <tr>
            <th scope="col">{of}</th>
            <th scope="col">Created</th>
            <th scope="col">Started</th>
            <th scope="col">Submitted</th>
            <th scope="col">Verified</th>
            <th scope="col">Canceled</th>
            <th scope="col">Completion rate</th>
            <th scope="col">Verification rate</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ id, name, counts }) => (
            <tr key={id}>
              <th scope="row">{name}</th>
              <td>{counts.sessions}</td>
              <td>{counts.started}</td>
              <td>{counts.submitted}</td>
              <td>{counts.verified}</td>
              <td>{counts.canceled}</td>
              <td>{percent(completionRate(counts))}</td>
              <td>{percent(verificationRate(counts))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
