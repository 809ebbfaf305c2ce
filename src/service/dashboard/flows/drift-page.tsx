import { toDotted } from '../../../model/json-pointer.js'
import type { DriftedFlow, DriftField } from '../../../plan/drift.js'
import { formatValue } from '../../../text/text.js'
import type { Page } from '../../pages/page.js'
import { at, dashboardPage, type Frame } from '../frame.js'
import { Effect } from '../parts/effect.js'
import { ListTable } from '../parts/list-table.js'
import { TextDiff } from '../parts/text-diff.js'
import { Time } from '../parts/time.js'

export interface DriftView {
  readonly flows: readonly DriftedDefinition[]
  /** Whether these are all. */
  readonly isWhole: boolean
}

interface DriftedDefinition extends DriftedFlow {
  readonly project: string
  /** The key that the flow has now. */
  readonly now: string
  /** The definition as the last deployment wrote it, empty if none did; and as the flow is now. */
  readonly before: string
  readonly after: string
}

const KINDS = {
  edited: 'edited outside git',
  created: 'made outside git, in a project that git deploys',
  released: 'taken out of its project',
} as const

/** Every flow that is other than its last deployment left it, by project, and the way into git. */
export function driftPage(frame: Frame, { flows, isWhole }: DriftView): Page {
  return dashboardPage(
    200,
    frame,
    { title: 'Drift', within: 'drift' },
    <div class="stack">
      <p class="quiet">
        Each flow against what its last deployment wrote. What was committed since, but not deployed yet, only{' '}
        <code>flows drift</code> knows.
      </p>
      {!isWhole && <p class="alert alert-info">There are more: only the first ones, by key, were looked at.</p>}
      {flows.length === 0 ? (
        <div class="card card-body empty-list">
          <p>Every flow is as its last deployment left it.</p>
        </div>
      ) : (
        flows.map((flow) => <Drifted key={flow.id} frame={frame} flow={flow} />)
      )}
    </div>,
  )
}

function Drifted({ frame, flow }: { readonly frame: Frame; readonly flow: DriftedDefinition }) {
  const { key, kind, project, now, by, at: when, fields, before, after, assurance } = flow
  return (
    <section class="card card-body" aria-label={`Drift of ${now}`}>
      <h2>
        <a href={at(frame.mode, 'flows', flow.id)}>{now}</a> <span class="tone waiting">Drift</span>
      </h2>
      <p>
        Project {project}: {KINDS[kind]}, last by {by ?? 'unknown'}, <Time at={when} />.
      </p>
      <Effect of={assurance} />
      {fields.length > 0 && <Fields of={fields} />}
      <TextDiff before={before} after={after} />
      <details>
        <summary>The way into git</summary>
        <p>
          In the repository of the project, with the environment of this service: <code>{`flows pull ${key}`}</code>{' '}
          edits the definition, and leaves the rest of its text alone. To take the edit back instead, run{' '}
          <code>flows apply</code>.
        </p>
        <label for={`definition-${flow.id}`}>
          Or put this text into <code>{`${now}.yaml`}</code>
        </label>
        <textarea
          class="form-control yaml"
          id={`definition-${flow.id}`}
          readOnly
          rows={Math.min(16, after.split('\n').length)}
          value={after}
        />
        {frame.may('flows:write') && flow.kind !== 'released' && (
          <p>
            <a href={`${at(frame.mode, 'flows', flow.id)}/edit`}>Make the edit in the file as it is in git</a>
          </p>
        )}
      </details>
    </section>
  )
}

function Fields({ of }: { readonly of: readonly DriftField[] }) {
  return (
    <ListTable columns={['Field', 'Deployed', 'Now', 'By', 'When']}>
      {of.map(({ path, applied, observed, by, at: when }) => (
        <tr key={path}>
          <td>
            <code>{toDotted(path)}</code>
          </td>
          <td>{formatValue(applied)}</td>
          <td>{formatValue(observed)}</td>
          <td>{by ?? 'unknown'}</td>
          <td>
            <Time at={when} />
          </td>
        </tr>
      ))}
    </ListTable>
  )
}
