import type { ReportChecks, VerificationSession } from '../../../model/resources.js'
import type { Page } from '../../pages/page.js'
import { at, dashboardPage, FormToken, type Frame } from '../frame.js'
import { ChoiceFilter, DayFilters, Filters, Hidden, TextFilter } from '../lists/filters.js'
import { Live, liveIn } from '../lists/live.js'
import { Pages, type Paging } from '../lists/paging.js'
import { SESSION_STATUS_CHOICES } from '../parts/status.js'
import { SessionTable } from './session-table.js'

export interface VerificationsView {
  readonly sessions: readonly VerificationSession[]
  readonly flowNames: ReadonlyMap<string, string>
  /** What was found, by session; empty for those who may not read reports. */
  readonly reports: ReadonlyMap<string, ReportChecks>
  readonly paging: Paging
  /** Why nothing is listed; empty where the filter is understood. */
  readonly faults: readonly string[]
  readonly filter: {
    readonly flow: string
    /** A version of that flow. */
    readonly version: string
    readonly status: string
    readonly country: string
    /** Days, as "2026-11-29"; empty for no bound. */
    readonly since: string
    readonly until: string
    /** They stand for the reference and the email address that were looked for. */
    readonly reference_digest: string
    readonly email_digest: string
  }
}

/** Every verification of the mode, newest first. */
export function verificationsPage(
  frame: Frame,
  { sessions, flowNames, reports, paging, filter, faults }: VerificationsView,
): Page {
  return dashboardPage(
    200,
    frame,
    { title: 'Verifications', within: 'verifications' },
    <>
      <Filters frame={frame} filter={filter} faults={faults}>
        <TextFilter label="Id" name="id" value="" />
        <TextFilter label="Flow" name="flow" value={filter.flow} />
        {filter.flow !== '' && <TextFilter label="Version" name="version" value={filter.version} maxLength={9} />}
        <ChoiceFilter label="Status" name="status" value={filter.status} choices={SESSION_STATUS_CHOICES} />
        {frame.may('reports:read') && (
          <TextFilter label="Document country" name="country" value={filter.country} maxLength={2} />
        )}
        <DayFilters since={filter.since} until={filter.until} />
        <Hidden of={digestsIn(filter)} />
      </Filters>
      {frame.may('reports:read') && <ByPerson frame={frame} filter={filter} />}
      <Live frame={frame}>
        <div class="card">
          <SessionTable frame={frame} sessions={sessions} flowNames={flowNames} reports={reports} />
        </div>
      </Live>
      <Pages of={paging} />
    </>,
  )
}

/** What may name a person stands in addresses as a digest alone. */
function digestsIn({ reference_digest, email_digest }: VerificationsView['filter']) {
  return { ...(reference_digest !== '' && { reference_digest }), ...(email_digest !== '' && { email_digest }) }
}

/** Narrows the list by a person, who does not get into the address of the page. */
function ByPerson({ frame, filter }: Pick<VerificationsView, 'filter'> & { readonly frame: Frame }) {
  const here = at(frame.mode, 'verifications')
  const { reference_digest: reference, email_digest: email, ...others } = filter
  const live = liveIn(frame)
  const isOfOne = reference !== '' || email !== ''
  return (
    <search aria-label="By person">
      <form method="post" action={here} class="filters">
        <FormToken of={frame} />
        <Hidden of={{ ...filter, ...live }} />
        <label>
          Reference
          <input class="form-control" type="text" name="reference" maxLength={5000} autoComplete="off" />
        </label>
        <label>
          Email
          <input class="form-control" type="text" name="email" maxLength={254} autoComplete="off" />
        </label>
        <div class="ends">
          <button class="btn" type="submit">
            Find
          </button>
          {isOfOne && (
            <span class="quiet">
              Only those of one{' '}
              {[reference !== '' && 'reference', email !== '' && 'email address'].filter(Boolean).join(' and ')}.{' '}
              <a href={`${here}?${new URLSearchParams({ ...others, ...live })}`}>Those of any</a>
            </span>
          )}
        </div>
      </form>
    </search>
  )
}
