import type { DayRange, SessionCounts } from '../../../store/counts/session-counts.js'
import type { Page } from '../../pages/page.js'
import { at, dashboardPage, type Frame } from '../frame.js'
import { DayFilters, Filters, TextFilter } from '../lists/filters.js'
import { CountsTable } from '../parts/counts-table.js'
import { dayText } from '../parts/day.js'
import { DayChart } from '../parts/day-chart.js'
import { completionRate, percent, verificationRate } from '../parts/rates.js'

interface Figure<Value> {
  readonly value: Value
  readonly counts: SessionCounts
}

export interface ReportsView {
  readonly range: DayRange
  readonly filter: {
    /** Id or key of a flow; empty for all. */
    readonly flow: string
    /** The days that were asked for; empty for the last ones. */
    readonly since: string
    readonly until: string
  }
  /** Why there are no figures; empty where the filter is understood. */
  readonly faults: readonly string[]
  readonly figures: ShownFigures | null
}

export interface ShownFigures {
  readonly total: SessionCounts
  readonly days: readonly Figure<number>[]
  readonly errors: readonly Figure<string>[]
  readonly flows: readonly Figure<{ readonly key: string; readonly name: string } | null>[]
  readonly otherFlows: number
  readonly versions: readonly Figure<number>[]
}

/** What became of the verifications that were created on some days. */
export function reportsPage(frame: Frame, { range, filter, faults, figures }: ReportsView): Page {
  const { flow } = filter
  const shown = { since: dayText(range.from), until: dayText(range.to) }
  const query = new URLSearchParams({ ...shown, ...(flow !== '' && { flow }) })
  return dashboardPage(
    200,
    frame,
    {
      title: 'Reports',
      within: 'reports',
      actions: figures !== null && (
        <a class="btn" href={`${at(frame.mode, 'reports.csv')}?${query}`} download>
          Download as CSV
        </a>
      ),
    },
    <>
      <Filters frame={frame} filter={filter} faults={faults}>
        <DayFilters {...(figures === null ? filter : shown)} />
        <TextFilter label="Flow" name="flow" value={flow} />
      </Filters>
      {figures !== null && <FiguresOf range={range} figures={figures} />}
    </>,
  )
}

function FiguresOf({ range, figures }: { readonly range: DayRange; readonly figures: ShownFigures }) {
  const { total, days, errors, flows, otherFlows, versions } = figures
  const shown = { since: dayText(range.from), until: dayText(range.to) }
  return (
    <>
      <dl class="totals">
        {(
          [
            ['Created', total.sessions],
            ['Started', total.started],
            ['Submitted', total.submitted],
            ['Verified', total.verified],
            ['Completion rate', percent(completionRate(total))],
            ['Verification rate', percent(verificationRate(total))],
          ] as const
        ).map(([name, figure]) => (
          <div key={name} class="card card-body">
            <dt>{name}</dt>
            <dd>{figure}</dd>
          </div>
        ))}
      </dl>
      <div class="stack">
        <section class="card card-body" aria-labelledby="days">
          <h2 id="days">By day</h2>
          <DayChart range={range} days={days} />
        </section>
        {flows.length > 0 && (
          <section class="card card-body" aria-labelledby="flows">
            <h2 id="flows">By flow</h2>
            <CountsTable
              of="Flow"
              rows={flows.map(({ value, counts }) => ({
                id: value?.key ?? '',
                name:
                  value === null ? (
                    <span class="quiet">without a flow</span>
                  ) : (
                    <a href={`?${new URLSearchParams({ ...shown, flow: value.key })}`}>{value.name}</a>
                  ),
                counts,
              }))}
            />
            {otherFlows > 0 && <p class="quiet">{otherFlows} more were used less.</p>}
          </section>
        )}
        {versions.length > 0 && (
          <section class="card card-body" aria-labelledby="by-version">
            <h2 id="by-version">By version</h2>
            <CountsTable
              of="Version"
              rows={versions.map(({ value, counts }) => ({ id: value, name: `version ${value}`, counts }))}
            />
          </section>
        )}
        {errors.length > 0 && (
          <section class="card card-body" aria-labelledby="errors">
            <h2 id="errors">By last error</h2>
            <CountsTable
              of="Error"
              rows={errors.map(({ value, counts }) => ({
                id: value,
                name: value === '' ? <span class="quiet">none</span> : <code>{value}</code>,
                counts,
              }))}
            />
          </section>
        )}
      </div>
      <p class="quiet">
        A verification counts for the day on which it was created, in UTC. Completion rate: submitted of those started.
        Verification rate: verified of those submitted. When something was started and submitted is known only of
        verifications since this service keeps it. A verifier elsewhere does not say when its page was opened: there a
        verification counts as started when it is heard of that the person gave up or submitted.
      </p>
    </>
  )
}
