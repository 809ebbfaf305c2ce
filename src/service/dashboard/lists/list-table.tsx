// biome-ignore-all lint/a11y/noRedundantRoles: a table that is shown as blocks is no table to some browsers.
import type { ComponentChildren } from 'preact'

export interface ListRow {
  /** Unique on the page. */
  readonly id: string
  /** One for each column. */
  readonly cells: readonly ComponentChildren[]
}

interface Props {
  /** The heads of the columns. */
  readonly columns: readonly string[]
  readonly rows: readonly ListRow[]
  /** Whether all columns but the first hold numbers: these stand at the right. */
  readonly holdsNumbers?: boolean
}

/** The table of a list. Where the page is narrow, each row is a block, and each cell names its column. */
export function ListTable({ columns, rows, holdsNumbers = false }: Props) {
  return (
    <table class={`table table-vcenter card-table list${holdsNumbers ? ' counts' : ''}`} role="table">
      <thead role="rowgroup">
        <tr role="row">
          {columns.map((name) => (
            <th key={name} scope="col" role="columnheader">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map(({ id, cells }) => (
          <tr key={id} id={id} role="row">
            {cells.map((cell, place) => (
              <td key={columns[place]} data-column={columns[place]} role="cell">
                <div>{cell}</div>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
