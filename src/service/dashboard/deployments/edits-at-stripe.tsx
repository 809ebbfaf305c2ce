import { toDotted } from '../../../model/json-pointer.js'
import type { DeployedEdit } from '../../../model/schema-types.js'
import { formatValue } from '../../../text/text.js'
import { at, type Frame } from '../frame.js'
import { Time } from '../parts/time.js'

/** What a deployment left for a person to edit in Stripe's Dashboard, and what became of that. */
export function EditsAtStripe({ of, mode }: { readonly of: readonly DeployedEdit[]; readonly mode: Frame['mode'] }) {
  return (
    <section class="card card-body" aria-label="To edit at Stripe">
      <h2>To edit at Stripe</h2>
      <div class="table-responsive">
        <table class="table table-vcenter">
          <thead>
            <tr>
              <th scope="col">Flow</th>
              <th scope="col">Field</th>
              <th scope="col">From</th>
              <th scope="col">To</th>
              <th scope="col">Status</th>
            </tr>
          </thead>
          <tbody>
            {of.map((edit) => (
              <tr key={`${edit.id} ${edit.path}`}>
                <td>
                  <a href={at(mode, 'flows', edit.id)}>{edit.key}</a>
                </td>
                <td>
                  <code>{toDotted(edit.path)}</code>
                </td>
                <td>{formatValue(edit.observed)}</td>
                <td>{formatValue(edit.defined)}</td>
                <td>
                  <Fate of={edit} mode={mode} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
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
