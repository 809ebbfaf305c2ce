import type { FlowVersion, VerificationFlow, VerificationSession } from '../../../model/resources.js'
import { type DayRange, dayOf, type SessionCounts } from '../../../store/counts/session-counts.js'
import type { Page } from '../../pages/page.js'
import { at, dashboardPage, FormToken, type Frame } from '../frame.js'
import { ChoiceFilter, DayFilters, Filters, TextFilter } from '../lists/filters.js'
import { Live } from '../lists/live.js'
import { Checks } from '../parts/checks.js'
import { dayText } from '../parts/day.js'
import { DayChart } from '../parts/day-chart.js'
import { Facts } from '../parts/facts.js'
import { metadataText } from '../parts/metadata.js'
import { QrCode } from '../parts/qr-code.js'
import { SESSION_STATUS_CHOICES } from '../parts/status.js'
import { Time } from '../parts/time.js'
import { SessionTable } from '../verifications/session-table.js'

export interface FlowView {
  readonly flow: VerificationFlow
  /** The definition that says this configuration. */
  readonly yaml: string
  /** The newest versions: those listed, and those that are marked in the chart. */
  readonly versions: readonly FlowVersion[]
  readonly marked: readonly FlowVersion[]
  /** What became of its verifications, by day of creation. */
  readonly usage: {
    readonly range: DayRange
    readonly days: readonly { readonly value: number; readonly counts: SessionCounts }[]
  }
  /** The newest verifications, narrowed by status, version and days. */
  readonly sessions: readonly VerificationSession[]
  readonly filter: {
    readonly status: string
    readonly version: string
    readonly since: string
    readonly until: string
  }
  /** Why no verification is listed; empty where the filter is understood. */
  readonly faults: readonly string[]
  /** Whether it is other than its last deployment left it. */
  readonly isDrifted: boolean
  /** The static link as a picture, in SVG; null while the link is off. */
  readonly qrCode: string | null
}

/** One flow: what it asks for, its link, its versions and the newest verifications. */
export function flowPage(frame: Frame, view: FlowView): Page {
  const { flow, yaml, versions, marked, sessions, filter, faults, usage } = view
  const here = at(frame.mode, 'flows', flow.key)
  return dashboardPage(
    200,
    frame,
    {
      title: flow.name,
      within: 'flows',
      from: { href: at(frame.mode, 'flows'), text: 'All flows' },
      actions: flow.status === 'active' && (
        <>
          {frame.may('flows:write') && (
            <a class="btn" href={`${here}/edit`}>
              Edit
            </a>
          )}
          {frame.may('sessions:write') && (
            <a class="btn btn-primary" href={`${here}/verify`}>
              Create a verification
            </a>
          )}
        </>
      ),
    },
    <div class="columns">
      <section class="card card-body" aria-labelledby="asked">
        <h2 id="asked">What a person is asked for</h2>
        <Checks of={flow} />
        <Facts
          of={[
            ['Id', <code key="id">{flow.id}</code>],
            ['Key', <code key="key">{flow.key}</code>],
            ['Status', flow.status],
            ['Description', flow.description],
            ['Return URL', flow.return_url],
            ['Managed by', flow.project === null ? 'hand: no project manages it' : `project ${flow.project}`],
            ['Protected', flow.protected ? 'yes: a plan may not archive or weaken it' : null],
            ['Metadata', metadataText(flow.metadata)],
          ]}
        />
      </section>
      <Link frame={frame} view={view} here={here} />
      <section class="card card-body" aria-labelledby="definition">
        <h2 id="definition">Definition</h2>
        {flow.project !== null && (
          <p class="quiet">Git is where this flow is edited. What is changed here shows as drift in the next plan.</p>
        )}
        {view.isDrifted && (
          <p>
            <span class="tone waiting">Drift</span> It is not as the last deployment left it:{' '}
            <a href={at(frame.mode, 'drift')}>what differs</a>.
          </p>
        )}
        <pre class="yaml">{yaml}</pre>
      </section>
      <section class="card card-body" aria-labelledby="versions">
        <h2 id="versions">Versions</h2>
        <Versions frame={frame} flow={flow} versions={versions} here={here} />
      </section>
      <Live frame={frame}>
        <section class="card card-body wide" aria-labelledby="usage">
          <h2 id="usage">Use in the last 90 days</h2>
          <DayChart
            range={usage.range}
            days={usage.days}
            marks={marked
              .map(({ version, created }) => ({ day: dayOf(created), text: `version ${version}` }))
              .reverse()}
          />
          <p>
            <a href={`${at(frame.mode, 'reports')}?${reportQuery(flow, usage.range)}`}>Reports on this flow</a>
          </p>
        </section>
        <section class="card wide" aria-labelledby="verifications">
          <div class="card-body">
            <h2 id="verifications">Newest verifications</h2>
            <Filters frame={frame} part="verifications" filter={filter} faults={faults}>
              <ChoiceFilter label="Status" name="status" value={filter.status} choices={SESSION_STATUS_CHOICES} />
              <TextFilter label="Version" name="version" value={filter.version} maxLength={9} />
              <DayFilters since={filter.since} until={filter.until} />
            </Filters>
          </div>
          <SessionTable frame={frame} sessions={sessions} />
          {sessions.length > 0 && (
            <p class="card-body">
              <a href={`${at(frame.mode, 'verifications')}?${new URLSearchParams({ flow: flow.key, ...filter })}`}>
                All {Object.values(filter).some((value) => value !== '') ? 'like these' : 'verifications of this flow'}
              </a>
            </p>
          )}
        </section>
      </Live>
    </div>,
  )
}

function reportQuery({ key }: Pick<VerificationFlow, 'key'>, { from, to }: DayRange): URLSearchParams {
  return new URLSearchParams({ flow: key, since: dayText(from), until: dayText(to) })
}

function Link({ frame, view, here }: { readonly frame: Frame; readonly view: FlowView; readonly here: string }) {
  const { flow, qrCode } = view
  const { active, url } = flow.static_link
  return (
    <section class="card card-body" aria-labelledby="link">
      <h2 id="link">Static link</h2>
      {active ? (
        <>
          <p>
            Anybody who has it can be verified: <a href={url}>{url}</a>
          </p>
          {qrCode !== null && <QrCode of={qrCode} label="The link as a QR code" />}
        </>
      ) : (
        <p>It is off: whoever opens it is told so.</p>
      )}
      {frame.may('flows:write') && flow.status === 'active' && (
        <form method="post" action={`${here}/link`} class="buttons">
          <FormToken of={frame} />
          <input type="hidden" name="version" value={flow.version} />
          <button class="btn" type="submit" name="do" value={active ? 'deactivate' : 'activate'}>
            {active ? 'Deactivate the link' : 'Activate the link'}
          </button>
          <button class="btn" type="submit" name="do" value="rotate">
            Make a new link
          </button>
        </form>
      )}
      <p class="quiet">A new link ends the old one at once.</p>
    </section>
  )
}

interface VersionsProps {
  readonly frame: Frame
  readonly flow: VerificationFlow
  readonly versions: readonly FlowVersion[]
  readonly here: string
}

function Versions({ frame, flow, versions, here }: VersionsProps) {
  return (
    <>
      <ol class="versions" reversed>
        {versions.map((one) => (
          <li key={one.id} value={one.version}>
            <strong>{one.action}</strong> <Time at={one.created} />
            <div class="quiet">
              {one.actor ?? 'unknown'}
              {one.changed.length > 0 && `: ${one.changed.join(', ')}`}
            </div>
            {one.deployment !== null && (
              <div>
                <a href={at(frame.mode, 'deployments', one.deployment)}>its deployment</a>
              </div>
            )}
          </li>
        ))}
      </ol>
      {flow.version > 1 && (
        <form method="get" action={`${here}/versions`} class="filters">
          <label>
            From version
            <input class="form-control" type="number" name="from" min={1} max={flow.version} value={flow.version - 1} />
          </label>
          <label>
            to
            <input class="form-control" type="number" name="to" min={1} max={flow.version} value={flow.version} />
          </label>
          <button class="btn" type="submit">
            Compare
          </button>
        </form>
      )}
    </>
  )
}
