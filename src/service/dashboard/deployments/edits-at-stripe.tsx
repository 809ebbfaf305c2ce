import { toDotted } from '../../../model/json-pointer.js'
import type { DeployedEdit } from '../../../model/schema-types.js'
import { formatValue } from '../../../text/text.js'
import { at, type Frame } from '../frame.js'
import { ListTable } from '../lists/list-table.js'
import { Time } from '../parts/time.js'

/** What a deployment left for a person to edit in Stripe's Dashboard, and what became of that. */
export function EditsAtStripe({ of, mode }: { readonly of: readonly DeployedEdit[]; readonly mode: Frame['mode'] }) {
  return (
    <section class="card card-body" aria-label="To edit at Stripe">
      <h2>To edit at Stripe</h2>
      <ListTable
        columns={['Flow', 'Field', 'From', 'To', 'Status']}
        rows={of.map((edit) => ({
          id: `${edit.id}${edit.path}`,
          cells: [
            <a key="flow" href={at(mode, 'flows', edit.id)}>
              {edit.key}
            </a>,
            <code key="field">{toDotted(edit.path)}</code>,
            formatValue(edit.observed),
            formatValue(edit.defined),
            <Fate key="status" of={edit} mode={mode} />,
          ],
        }))}
      />
    </section>
  )
}

function Fate({ of, mode }: { readonly of: DeployedEdit; readonly mode: Frame['mode'] }) {
  if (of.status === 'made') {
    return (
      <>
        made: seen in <code>{of.made_in}</code>, <Time at={of.made ?? 0} />
      </>
    )
  }
  if (of.status === 'superseded') {
    return (
      <>
        superseded by <a href={at(mode, 'deployments', of.superseded_by ?? '')}>a later deployment</a>
      </>
    )
  }
  return (
    <>
      open: seen in <code>{of.session}</code>, <Time at={of.seen} />
    </>
  )
}
