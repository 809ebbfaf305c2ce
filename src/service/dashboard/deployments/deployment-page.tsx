import type { Deployment } from '../../../model/deployment.js'
import type { Assurance } from '../../../model/plan.js'
import type { DeployedEdit } from '../../../model/schema-types.js'
import type { DeploymentSummary } from '../../../store/deployments.js'
import { formatDuration } from '../../../text/text.js'
import type { Page } from '../../pages/page.js'
import { at, dashboardPage, type Frame } from '../frame.js'
import { Pages, type Paging } from '../lists/paging.js'
import { Effect } from '../parts/effect.js'
import { Facts } from '../parts/facts.js'
import { TextDiff } from '../parts/text-diff.js'
import { Time } from '../parts/time.js'
import { EditsAtStripe } from './edits-at-stripe.js'

interface ShownChange {
  readonly change: Deployment['changes'][number]
  /** The definition before and after; empty where there was none. */
  readonly before: string
  readonly after: string
  /** What it did to the verification. */
  readonly effect: Assurance
}

export interface DeploymentView {
  readonly deployment: DeploymentSummary
  /** The changes of this part, in order. */
  readonly changes: readonly ShownChange[]
  /** How many changes come before them. */
  readonly skipped: number
  /** How many changes there are in all. */
  readonly count: number
  readonly edits: readonly DeployedEdit[]
  readonly paging: Paging
}

/** One deployment: the commit, who applied it, and each change as a difference of definitions. */
export function deploymentPage(frame: Frame, view: DeploymentView): Page {
  const { deployment, changes, skipped, count, edits, paging } = view
  const { id, created, duration, project, actor, source, allowed } = deployment
  return dashboardPage(
    200,
    frame,
    {
      title: `Deployment of ${project}`,
      within: 'deployments',
      from: { href: at(frame.mode, 'deployments'), text: 'All deployments' },
    },
    <div class="stack">
      <section class="card card-body" aria-label="What it was">
        <Facts
          of={[
            ['Id', <code key="id">{id}</code>],
            ['When', <Time key="when" at={created} />],
            ['Took', duration === undefined ? null : formatDuration(duration)],
            ['By', actor ?? 'unknown'],
            ['Commit', source && <code key="commit">{source.commit}</code>],
            ['Guards lifted', allowed.join(', ') || 'none'],
            ['Changes', changesText(count, skipped, changes.length)],
          ]}
        />
        <details>
          <summary>Restore these definitions</summary>
          <p>
            <code>{`flows pull --at ${id}`}</code> writes the definitions of this project as they were after this
            deployment, to be reviewed and applied like any change. Without the program:{' '}
            <a href={`${at(frame.mode, 'deployments', id)}/definitions.tar`}>all of them as files</a>.
          </p>
        </details>
      </section>
      {edits.length > 0 && <EditsAtStripe of={edits} mode={frame.mode} />}
      {changes.map(({ change, before, after, effect }) => (
        <section key={change.id} class="card card-body" aria-label={`${change.action} ${change.key}`}>
          <h2>
            {change.action} <a href={at(frame.mode, 'flows', change.id)}>{change.key}</a>
          </h2>
          {change.previous_key !== null && <p>It was called {change.previous_key} before.</p>}
          <Effect of={effect} />
          <TextDiff before={before} after={after} />
        </section>
      ))}
      <Pages of={paging} />
    </div>,
  )
}

function changesText(all: number, skipped: number, shown: number): string {
  return shown === all ? `${all}` : `${all}: here ${skipped + 1} to ${skipped + shown}`
}
