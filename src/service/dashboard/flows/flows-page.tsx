import { Fragment } from 'preact'
import type { VerificationFlow } from '../../../model/resources.js'
import type { SessionCounts } from '../../../store/counts/session-counts.js'
import type { Page } from '../../pages/page.js'
import { at, dashboardPage, type Frame } from '../frame.js'
import { ChoiceFilter, Filters, TextFilter } from '../lists/filters.js'
import { ListTable } from '../lists/list-table.js'
import { Live } from '../lists/live.js'
import { Pages, type Paging } from '../lists/paging.js'
import { Checks } from '../parts/checks.js'
import { countOf } from '../parts/status.js'
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
  /** Why nothing is listed; empty where the filter is understood. */
  readonly faults: readonly string[]
  /** What became of the verifications of the last 30 days, by id of the flow. */
  readonly usage: ReadonlyMap<string, SessionCounts>
  /** The ids of those that are other than their last deployment left them. */
  readonly drifted: ReadonlySet<string>
}

const SORTS = { newest: 'newest first', key: 'by key', used: 'most used first' } as const
type FlowSort = keyof typeof SORTS

export const FLOW_STATUSES = ['active', 'archived'] as const

/** The order that a query asks for. */
export function sortOf(text: string | undefined): FlowSort {
  return text !== undefined && Object.hasOwn(SORTS, text) ? (text as FlowSort) : 'newest'
}

/** Every flow of the mode. */
export function flowsPage(frame: Frame, { flows, paging, filter, faults, usage, drifted }: FlowsView): Page {
  const { search, project, status, sort } = filter
  const narrowing = { search, project, status: status === 'active' ? '' : status }
  const isFiltered = faults.length > 0 || Object.values(narrowing).some((value) => value !== '')
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
      <Filters frame={frame} filter={narrowing} faults={faults} kept={sort === 'newest' ? {} : { sort }}>
        <TextFilter label="Key" name="search" value={filter.search} />
        <TextFilter label="Project" name="project" value={filter.project} />
        <ChoiceFilter
          label="Status"
          name="status"
          value={filter.status}
          choices={FLOW_STATUSES.map((one) => [one, one] as const)}
        />
        <ChoiceFilter label="Order" name="sort" value={sort} choices={Object.entries(SORTS)} />
      </Filters>
      <Live frame={frame}>
        {flows.length === 0 ? (
          <Empty isFiltered={isFiltered} />
        ) : (
          <div class="card">
            <ListTable
              columns={['Flow', 'Checks', 'Verifications in 30 days', 'Static link', 'Managed by', 'Last change']}
              rows={flows.map((flow) => ({
                id: flow.id,
                cells: [
                  <Fragment key="flow">
                    <a href={at(frame.mode, 'flows', flow.key)}>{flow.name}</a>
                    <div class="quiet">{flow.key}</div>
                  </Fragment>,
                  <Checks key="checks" of={flow} />,
                  <Usage key="usage" of={usage.get(flow.id)} />,
                  flow.static_link.active ? <span class="tone good">On</span> : <span class="tone over">Off</span>,
                  <Fragment key="by">
                    {flow.project === null ? 'by hand' : flow.project}
                    {drifted.has(flow.id) && (
                      <div>
                        <a class="tone waiting" href={at(frame.mode, 'drift')}>
                          Drift
                        </a>
                      </div>
                    )}
                  </Fragment>,
                  <Fragment key="change">
                    <Time at={flow.updated} />
                    <div class="quiet">
                      version {flow.version}
                      {flow.updated_by !== null && `, ${flow.updated_by}`}
                    </div>
                  </Fragment>,
                ],
              }))}
            />
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
      <div class="quiet">{parts.map((status) => countOf(of[status], status)).join(', ')}</div>
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
