import type { DeploymentSummary } from '../../../store/deployments.js'
import { formatDuration, plural } from '../../../text/text.js'
import type { Page } from '../../pages/page.js'
import { at, dashboardPage, type Frame } from '../frame.js'
import { ListTable } from '../lists/list-table.js'
import { Live } from '../lists/live.js'
import { Pages, type Paging } from '../lists/paging.js'
import { Time } from '../parts/time.js'

export interface DeploymentsView {
  readonly deployments: readonly DeploymentSummary[]
  readonly paging: Paging
}

/** Every deployment of the mode, newest first. */
export function deploymentsPage(frame: Frame, { deployments, paging }: DeploymentsView): Page {
  return dashboardPage(
    200,
    frame,
    { title: 'Deployments', within: 'deployments' },
    <>
      <Live frame={frame}>
        <div class="card">
          {deployments.length === 0 ? (
            <p class="quiet empty-list">
              Nothing was deployed yet. <code>flows apply</code> does it.
            </p>
          ) : (
            <ListTable
              columns={['When', 'Project', 'Changes', 'Commit', 'By', 'Took']}
              rows={deployments.map(({ id, created, project, summary, edits_open, source, actor, duration }) => ({
                id,
                cells: [
                  <a key="when" href={at(frame.mode, 'deployments', id)}>
                    <Time at={created} />
                  </a>,
                  project,
                  [
                    ...Object.entries(summary)
                      .filter(([, count]) => count > 0)
                      .map(([action, count]) => `${count} ${action}`),
                    ...(edits_open === undefined ? [] : [`${plural(edits_open, 'edit')} open at Stripe`]),
                  ].join(', '),
                  source === null ? <span class="quiet">none</span> : <code>{source.commit.slice(0, 12)}</code>,
                  actor ?? 'unknown',
                  duration !== undefined && formatDuration(duration),
                ],
              }))}
            />
          )}
        </div>
      </Live>
      <Pages of={paging} />
    </>,
  )
}
