import type { VerificationFlow } from '../../../model/resources.js'
import type { SessionCounts } from '../../../store/counts/session-counts.js'
import type { Page } from '../../pages/page.js'
import { at, dashboardPage, type Frame } from '../frame.js'
import { Checks } from '../parts/checks.js'
import { Live } from '../parts/live.js'
import { Pages, type Paging } from '../parts/paging.js'
import { statusWords } from '../parts/status.js'
import { Time } from '../parts/time.js'

export interface FlowsView {
  readonly flows: readonly VerificationFlow[]
  readonly paging: Paging
  readonly filter: {
    readonly search: string
    readonly project: string
    readonly status: 'active' | 'archived'
    readonly sort: FlowSort
  }
  /** What became of the verifications of the last 30 days, by id of the flow. */
  readonly usage: ReadonlyMap<string, SessionCounts>
  /** The ids of those that are other than their last deployment left them. */
  readonly drifted: ReadonlySet<string>
}

const SORTS = { newest: 'newest first', key: 'by key', used: 'most used first' } as const
type FlowSort = keyof typeof SORTS

/** The order that a query asks for. */
export function sortOf(text: string | undefined): FlowSort {
  return text !== undefined && Object.hasOwn(SORTS, text) ? (text as FlowSort) : 'newest'
}

/** Every flow of the mode. */
export function flowsPage(frame: Frame, { flows, paging, filter, usage, drifted }: FlowsView): Page {
  const isFiltered = filter.search !== '' || filter.project !== '' || filter.status !== 'active'
  return dashboardPage(
    200,
    frame,
    {
      title: 'Flows',
      within: 'flows',
      actions: frame.may('flows:write') && (
        <a class="btn btn-primary" href={at(frame.mode, 'new-flow')}>
          New flow
        </a>
      ),
    },
    <>
      <search>
        <form method="get" class="filters">
          <label>
            Key
            <input class="form-control" type="search" name="search" value={filter.search} maxLength={64} />
          </label>
          <label>
            Project
            <input class="form-control" type="text" name="project" value={filter.project} maxLength={64} />
          </label>
          <label>
            Status
            <select class="form-select" name="status">
              {(['active', 'archived'] as const).map((one) => (
                <option key={one} value={one} selected={one === filter.status}>
                  {one}
                </option>
              ))}
            </select>
          </label>
          <label>
            Order
            <select class="form-select" name="sort">
              {Object.entries(SORTS).map(([name, text]) => (
                <option key={name} value={name} selected={name === filter.sort}>
                  {text}
                </option>
              ))}
            </select>
          </label>
          <button class="btn" type="submit">
            Filter
          </button>
        </form>
      </search>
      <Live frame={frame}>
        {flows.length === 0 ? (
          <Empty isFiltered={isFiltered} />
        ) : (
          <div class="card">
            <div class="table-responsive">
              <table class="table table-vcenter card-table">
                <thead>
                  <tr>
                    <th scope="col">Flow</th>
                    <th scope="col">Checks</th>
                    <th scope="col">Verifications in 30 days</th>
                    <th scope="col">Static link</th>
                    <th scope="col">Managed by</th>
                    <th scope="col">Last change</th>
                  </tr>
                </thead>
                <tbody>
                  {flows.map((flow) => (
                    <tr key={flow.id}>
                      <td>
                        <a href={at(frame.mode, 'flows', flow.key)}>{flow.name}</a>
                        <div class="quiet">{flow.key}</div>
                      </td>
                      <td>
                        <Checks of={flow} />
                      </td>
                      <td>
                        <Usage of={usage.get(flow.id)} />
                      </td>
                      <td>
                        {flow.static_link.active ? (
                          <span class="tone good">On</span>
                        ) : (
                          <span class="tone over">Off</span>
                        )}
                      </td>
                      <td>
                        {flow.project === null ? 'by hand' : flow.project}
                        {drifted.has(flow.id) && (
                          <div>
                            <a class="tone waiting" href={at(frame.mode, 'drift')}>
                              Drift
                            </a>
                          </div>
                        )}
                      </td>
                      <td>
                        <Time at={flow.updated} />
                        <div class="quiet">
                          version {flow.version}
                          {flow.updated_by !== null && `, ${flow.updated_by}`}
                        </div>
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </div>
        )}
      </Live>
      <Pages of={paging} />
    </>,
  )
}

function Usage({ of }: { readonly of: SessionCounts | undefined }) {
  if (of === undefined) return <span class="quiet">none</span>
  const parts = (['verified', 'requires_input', 'processing', 'canceled'] as const).filter((status) => of[status] > 0)
  return (
    <>
      {of.sessions}
      <div class="quiet">{parts.map((status) => `${of[status]} ${statusWords(status).toLowerCase()}`).join(', ')}</div>
    </>
  )
}

function Empty({ isFiltered }: { readonly isFiltered: boolean }) {
  return (
    <div class="card card-body empty-list">
      {isFiltered ? (
        <p>No flow is like that.</p>
      ) : (
        <>
          <p>There is no flow in this mode yet.</p>
          <p class="quiet">
            Write one in <code>flows/</code>, then run <code>flows apply</code>; or make one here.
          </p>
        </>
      )}
    </div>
  )
}
