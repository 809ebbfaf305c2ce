import { Fragment } from 'preact'
import type { ReportChecks, VerificationSession } from '../../../model/resources.js'
import { at, type Frame } from '../frame.js'
import { ListTable } from '../lists/list-table.js'
import { CHECK_SECTIONS, Check, Status } from '../parts/status.js'
import { Time } from '../parts/time.js'

interface Props {
  readonly frame: Frame
  readonly sessions: readonly VerificationSession[]
  /** By id; left out where all are of the flow that the page is about. */
  readonly flowNames?: ReadonlyMap<string, string>
  /** What was found, by session; left out where checks are not shown. */
  readonly reports?: ReadonlyMap<string, ReportChecks>
}

/** Verifications in a table. The reference may be personal, so it takes the right to read reports. */
export function SessionTable({ frame, sessions, flowNames, reports }: Props) {
  if (sessions.length === 0) return <p class="quiet empty-list">There is none.</p>
  const showsPersonal = frame.may('reports:read')
  const showsChecks = showsPersonal && reports !== undefined
  return (
    <ListTable
      columns={[
        ...['Verification', 'Status', flowNames === undefined ? 'Version' : 'Flow'],
        ...(showsChecks ? ['Checks', 'Country'] : []),
        ...(showsPersonal ? ['Reference'] : []),
        'Created',
      ]}
      rows={sessions.map((session) => {
        const { id, status, last_error, client_reference_id, created } = session
        const found = reports?.get(id)
        return {
          id,
          cells: [
            <a key="id" href={at(frame.mode, 'verifications', id)}>
              <code>{id}</code>
            </a>,
            <Fragment key="status">
              <Status of={status} />
              {last_error !== null && <div class="quiet">{last_error.code}</div>}
            </Fragment>,
            flowNames === undefined ? (
              session.verification_flow_version
            ) : (
              <FlowOf session={session} frame={frame} names={flowNames} />
            ),
            ...(showsChecks ? [<ChecksOf key="checks" found={found} />, found?.document?.issuing_country] : []),
            ...(showsPersonal ? [client_reference_id] : []),
            <Time key="created" at={created} />,
          ],
        }
      })}
    />
  )
}

interface FlowProps extends Pick<Props, 'frame'> {
  readonly session: VerificationSession
  readonly names: ReadonlyMap<string, string>
}

function FlowOf({ frame, session: { verification_flow: flow, verification_flow_version: version }, names }: FlowProps) {
  if (flow === undefined) return <span class="quiet">none</span>
  return (
    <>
      <a href={at(frame.mode, 'flows', flow)}>{names.get(flow) ?? flow}</a>
      {version !== undefined && <div class="quiet">version {version}</div>}
    </>
  )
}

/** Each check with its status. */
function ChecksOf({ found }: { readonly found: ReportChecks | undefined }) {
  return (
    <>
      {CHECK_SECTIONS.map(([name, words]) => {
        const section = found?.[name]
        return (
          section !== undefined && (
            <div key={name} class="check">
              {words} <Check status={section.status} />
            </div>
          )
        )
      })}
    </>
  )
}
