import { Fragment } from 'preact'
import type { AuditRecord } from '../../../store/people/audit-log.js'
import type { Page } from '../../pages/page.js'
import { at, dashboardPage, type Frame } from '../frame.js'
import { ChoiceFilter, DayFilters, Filters, TextFilter } from '../lists/filters.js'
import { type ListRow, ListTable } from '../lists/list-table.js'
import { Pages, type Paging } from '../lists/paging.js'
import { Time } from '../parts/time.js'

export interface AuditFilters {
  readonly actor: string
  readonly action: string
  readonly object: string
  /** Days, as "2026-11-29"; empty for no bound. */
  readonly since: string
  readonly until: string
}

export interface AuditView {
  readonly records: readonly AuditRecord[]
  readonly filter: AuditFilters
  /** Why nothing is listed; empty where the filter is understood. */
  readonly faults: readonly string[]
  readonly paging: Paging
  /** How long records are kept; null for ever. */
  readonly keptDays: number | null
  /** What can be recorded, in words, by its name. */
  readonly actions: Readonly<Record<string, string>>
}

/** Who did what, when and from where: in both modes and beyond them, newest first. */
export function auditPage(frame: Frame, { records, filter, faults, paging, keptDays, actions }: AuditView): Page {
  const here = at(frame.mode, 'audit')
  const query = new URLSearchParams({ ...filter }).toString()
  return dashboardPage(
    200,
    frame,
    {
      title: 'Audit log',
      within: 'audit',
      actions: faults.length === 0 && (
        <a class="btn" href={`${here}.csv?${query}`}>
          Download as CSV
        </a>
      ),
    },
    <>
      <Filters frame={frame} filter={{ ...filter }} faults={faults}>
        <TextFilter label="Who, by id" name="actor" value={filter.actor} maxLength={300} />
        <ChoiceFilter
          label="What"
          name="action"
          value={filter.action}
          choices={[['', 'anything'], ...Object.entries(actions)]}
        />
        <TextFilter label="About, by id" name="object" value={filter.object} maxLength={300} />
        <DayFilters since={filter.since} until={filter.until} />
      </Filters>
      <div class="card">
        {records.length === 0 ? (
          <p class="quiet empty-list">There is none.{keptDays !== null && ` Records are kept for ${keptDays} days.`}</p>
        ) : (
          <ListTable
            columns={['When', 'Who', 'What', 'About', 'From']}
            rows={records.map((record) => rowOf(record, { here, actions }))}
          />
        )}
      </div>
      <Pages of={paging} />
    </>,
  )
}

function rowOf(
  { id, created, livemode, actor, actor_name, sign_in, action, object, detail, address, agent }: AuditRecord,
  { here, actions }: Pick<AuditView, 'actions'> & { readonly here: string },
): ListRow {
  return {
    id,
    cells: [
      <Fragment key="when">
        <Time at={created} />
        {livemode !== null && <div class="quiet">{livemode ? 'live' : 'test'}</div>}
      </Fragment>,
      <Fragment key="who">
        {actor === null ? (
          <span class="quiet">nobody known</span>
        ) : (
          <a href={`${here}?${new URLSearchParams({ actor })}`}>{actor_name ?? actor}</a>
        )}
        {sign_in !== null && <div class="quiet">sign-in {sign_in}</div>}
      </Fragment>,
      <Fragment key="what">
        {/* A newer program, beside this one on the same store, may know more. */}
        {Object.hasOwn(actions, action) ? actions[action] : action}
        {detail !== null && <div class="quiet">{detail}</div>}
      </Fragment>,
      object !== null && (
        <a key="about" href={`${here}?${new URLSearchParams({ object })}`}>
          <code>{object}</code>
        </a>
      ),
      <Fragment key="from">
        {address}
        {agent !== null && <div class="quiet agent">{agent}</div>}
      </Fragment>,
    ],
  }
}
