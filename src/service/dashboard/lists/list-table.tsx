import type { ComponentChildren } from 'preact'

interface Props {
  /** The heads of the columns. */
  readonly columns: readonly string[]
  /** The rows. */
  readonly children: ComponentChildren
}

/** The table of a list, which is scrolled by itself where it is wider than the page. */
export function ListTable({ columns, children }: Props) {
  return (
    <div class="table-responsive">
      <table class="table table-vcenter card-table">
        <thead>
          <tr>
            {columns.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  )
}
