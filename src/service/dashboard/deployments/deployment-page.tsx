import type { Deployment } from '../../../model/deployment.js'
import type { Page } from '../../pages/page.js'
import { at, dashboardPage, type Frame } from '../frame.js'
import { Facts } from '../parts/facts.js'
import { TextDiff } from '../parts/text-diff.js'
import { Time } from '../parts/time.js'
import { EditsAtStripe } from './edits-at-stripe.js'

export interface DeploymentView {
  readonly deployment: Deployment
  /** For each change, in order, the definition before and after; empty where there was none. */
  readonly definitions: readonly { readonly before: string; readonly after: string }[]
}

/** One deployment: the commit, who applied it, and each change as a difference of definitions. */
export function deploymentPage(frame: Frame, { deployment, definitions }: DeploymentView): Page {
  const { id, created, project, actor, source, allowed, changes, edits = [] } = deployment
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
            ['By', actor ?? 'unknown'],
            ['Commit', source && <code key="commit">{source.commit}</code>],
            ['Guards lifted', allowed.join(', ')],
          ]}
        />
      </section>
      {edits.length > 0 && <EditsAtStripe of={edits} mode={frame.mode} />}
      {changes.map((change, index) => (
        <section key={change.id} class="card card-body" aria-label={`${change.action} ${change.key}`}>
          <h2>
            {change.action} <a href={at(frame.mode, 'flows', change.id)}>{change.key}</a>
          </h2>
          {change.previous_key !== null && <p>It was called {change.previous_key} before.</p>}
          <TextDiff before={definitions[index]?.before ?? ''} after={definitions[index]?.after ?? ''} />
        </section>
      ))}
    </div>,
  )
}
