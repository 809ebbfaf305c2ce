import { toDotted } from '../../../model/json-pointer.js'
import type { DriftedFlow, DriftField, Left } from '../../../plan/drift.js'
import { leftSentence } from '../../../render/drift/left.js'
import { formatValue } from '../../../text/text.js'
import type { Page } from '../../pages/page.js'
import { at, dashboardPage, type Frame } from '../frame.js'
import { ListTable } from '../lists/list-table.js'
import { Pages, type Paging } from '../lists/paging.js'
import { Effect } from '../parts/effect.js'
import { TextDiff } from '../parts/text-diff.js'
import { Time } from '../parts/time.js'

export interface DriftView {
  readonly flows: readonly DriftedDefinition[]
  /** Whether these are all. */
  readonly isWhole: boolean
  readonly paging: Paging
}

interface DriftedDefinition extends DriftedFlow {
  readonly project: string
  readonly left: Left | null
  /** The key that the flow has now. */
  readonly now: string
  readonly isActive: boolean
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
export function driftPage(frame: Frame, { flows, isWhole, paging }: DriftView): Page {
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
      <Pages of={paging} />
    </div>,
  )
}

function Drifted({ frame, flow }: { readonly frame: Frame; readonly flow: DriftedDefinition }) {
  const { kind, project, now, by, at: when, fields, before, after, assurance } = flow
  return (
    <section class="card card-body" aria-label={`Drift of ${now}`}>
      <h2>
        <a href={at(frame.mode, 'flows', flow.id)}>{now}</a> <span class="tone waiting">Drift</span>
      </h2>
      <p>
        Project {project}: {KINDS[kind]}, last by {by ?? 'unknown'}, <Time at={when} />.
      </p>
      <Effect of={assurance} />
      {fields.length > 0 && <Fields flow={flow.id} of={fields} />}
      <TextDiff before={before} after={after} />
      <WayIntoGit frame={frame} flow={flow} />
    </section>
  )
}

/** What `flows drift` says of this flow. A text to put into a file is shown where it would be all that is needed. */
function WayIntoGit({ frame, flow }: { readonly frame: Frame; readonly flow: DriftedDefinition }) {
  const { id, key, now, kind, left, after } = flow
  const isPulled = left === null || left === 'no_definition'
  const isText = isPulled && isTextEnough(flow)
  return (
    <details>
      <summary>The way into git</summary>
      <p>
        In the repository of the project, with the environment of this service, for <code>{key}</code>:{' '}
        {leftSentence(left)}.
      </p>
      {isPulled && (
        <p>
          <code>{`flows pull ${key}`}</code>
        </p>
      )}
      {isText && (
        <>
          <p class="quiet">
            <code>flows pull</code> leaves the rest of a file alone. The text below knows nothing of{' '}
            <code>extends</code>, <code>environments</code> and comments: pull where the file has any.
          </p>
          <label for={`definition-${id}`}>
            {kind === 'created' ? 'Or add this as' : 'Or put this text into'} <code>{`${now}.yaml`}</code>
          </label>
          <textarea
            class="form-control yaml"
            id={`definition-${id}`}
            readOnly
            rows={Math.min(16, after.split('\n').length)}
            value={after}
          />
        </>
      )}
      {isText && frame.may('flows:write') && (
        <p>
          <a href={`${at(frame.mode, 'flows', id)}/edit`}>Make the edit in the file as it is in git</a>
        </p>
      )}
    </details>
  )
}

/** Whether the file of this name, with this text, is all that git lacks: not so where the key or the status changed. */
function isTextEnough({ kind, isActive, key, now }: DriftedDefinition): boolean {
  return kind !== 'released' && isActive && key === now
}

function Fields({ flow, of }: { readonly flow: string; readonly of: readonly DriftField[] }) {
  return (
    <ListTable
      columns={['Field', 'Deployed', 'Now', 'By', 'When']}
      rows={of.map(({ path, applied, observed, by, at: when }) => ({
        id: `${flow}${path}`,
        cells: [
          <code key="field">{toDotted(path)}</code>,
          formatValue(applied),
          formatValue(observed),
          by ?? 'unknown',
          <Time key="when" at={when} />,
        ],
      }))}
    />
  )
}
