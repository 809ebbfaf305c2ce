import { type ReportChecks, SESSION_STATUSES, type VerificationSession } from '../../../model/resources.js'
import type { Page } from '../../pages/page.js'
import { at, dashboardPage, FormToken, type Frame } from '../frame.js'
import { Live } from '../parts/live.js'
import { Pages, type Paging } from '../parts/paging.js'
import { statusWords } from '../parts/status.js'
import { SessionTable } from './session-table.js'

export interface VerificationsView {
  readonly sessions: readonly VerificationSession[]
  readonly flowNames: ReadonlyMap<string, string>
  /** What was found, by session; empty for those who may not read reports. */
  readonly reports: ReadonlyMap<string, ReportChecks>
  readonly paging: Paging
  readonly filter: {
    readonly flow: string
    readonly status: string
    readonly reference: string
    /** Stands for the email address that was looked for. */
    readonly email_digest: string
    readonly country: string
    /** Days, as "2026-11-29"; empty for no bound. */
    readonly since: string
    readonly until: string
  }
}

/** Every verification of the mode, newest first. */
export function verificationsPage(
  frame: Frame,
  { sessions, flowNames, reports, paging, filter }: VerificationsView,
): Page {
  return dashboardPage(
    200,
    frame,
    { title: 'Verifications', within: 'verifications' },
    <>
      <search>
        <form method="get" class="filters">
          <label>
            Id
            <input class="form-control" type="search" name="id" maxLength={64} />
          </label>
          <label>
            Flow
            <input class="form-control" type="text" name="flow" value={filter.flow} maxLength={64} />
          </label>
          <label>
            Status
            <select class="form-select" name="status">
              <option value="">any</option>
              {SESSION_STATUSES.map((one) => (
                <option key={one} value={one} selected={one === filter.status}>
                  {statusWords(one)}
                </option>
              ))}
            </select>
          </label>
          {frame.may('reports:read') && (
            <>
              <label>
                Reference
                <input class="form-control" type="text" name="reference" value={filter.reference} maxLength={5000} />
              </label>
              <label>
                Country of the document
                <input class="form-control" type="text" name="country" value={filter.country} maxLength={2} />
              </label>
            </>
          )}
          <label>
            Since
            <input class="form-control" type="date" name="since" value={filter.since} />
          </label>
          <label>
            Until
            <input class="form-control" type="date" name="until" value={filter.until} />
          </label>
          {filter.email_digest !== '' && <input type="hidden" name="email_digest" value={filter.email_digest} />}
          <button class="btn" type="submit">
            Filter
          </button>
        </form>
        {frame.may('reports:read') && <ByEmail frame={frame} filter={filter} />}
      </search>
      <Live frame={frame}>
        <div class="card">
          <SessionTable frame={frame} sessions={sessions} flowNames={flowNames} reports={reports} />
        </div>
      </Live>
      <Pages of={paging} />
    </>,
  )
}

/** Narrows the list by an address that does not get into the address of the page. */
function ByEmail({ frame, filter }: Pick<VerificationsView, 'filter'> & { readonly frame: Frame }) {
  const { email_digest: digest, ...others } = filter
  const here = at(frame.mode, 'verifications')
  return (
    <form method="post" action={here} class="filters">
      <FormToken of={frame} />
      {Object.entries(others).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <label>
        Email
        <input class="form-control" type="text" name="email" maxLength={254} autoComplete="off" />
      </label>
      <button class="btn" type="submit">
        Find
      </button>
      {digest !== '' && (
        <p class="quiet">
          Only those of one email address. <a href={`${here}?${new URLSearchParams(others)}`}>Those of any</a>
        </p>
      )}
    </form>
  )
}
