import type { ReportChecks, VerificationSession } from '../../../model/resources.js'
import { at, type Frame } from '../frame.js'
import { ListTable } from '../lists/list-table.js'
import { CHECK_SECTIONS, Check, Status } from '../parts/status.js'
import { Time } from '../parts/time.js'

interface Props {
  readonly frame: Frame
  readonly sessions: readonly VerificationSession[]
  /** By id. */
  readonly flowNames: ReadonlyMap<string, string>
  /** What was found, by session; left out where checks are not shown. */
  readonly reports?: ReadonlyMap<string, ReportChecks>
}

/** Verifications in a table. The reference may be personal, so it takes the right to read reports. */
export function SessionTable({ frame, sessions, flowNames, reports }: Props) {
  if (sessions.length === 0) return <p class="quiet empty-list">There is none.</p>
  const showsPersonal = frame.may('reports:read')
  const showsChecks = showsPersonal && reports !== undefined
  const columns = [
    ...['Verification', 'Status', 'Flow'],
    ...(showsChecks ? ['Checks', 'Country'] : []),
    ...(showsPersonal ? ['Reference'] : []),
    'Created',
  ]
  return (
    <ListTable columns={columns}>
      {sessions.map((session) => {
        const { id, status, last_error, verification_flow: flow, verification_flow_version: version } = session
        return (
          <tr key={id}>
            <td>
              <a href={at(frame.mode, 'verifications', id)}>
                <code>{id}</code>
              </a>
            </td>
            <td>
              <Status of={status} />
              {last_error !== null && <div class="quiet">{last_error.code}</div>}
            </td>
            <td>
              {flow === undefined ? (
                <span class="quiet">none</span>
              ) : (
                <>
                  <a href={at(frame.mode, 'flows', flow)}>{flowNames.get(flow) ?? flow}</a>
                  {version !== undefined && <div class="quiet">version {version}</div>}
                </>
              )}
            </td>
            {showsChecks && <ChecksOf found={reports.get(id)} />}
            {showsPersonal && <td>{session.client_reference_id}</td>}
            <td>
              <Time at={session.created} />
            </td>
          </tr>
        )
      })}
    </ListTable>
  )
}

/** Each check with its status, and the country of the document. */
function ChecksOf({ found }: { readonly found: ReportChecks | undefined }) {
  return (
    <>
      <td>
        {CHECK_SECTIONS.map(([name, words]) => {
          const section = found?.[name]
          return (
            section !== undefined && (
              <div key={name}>
                {words} <Check status={section.status} />
              </div>
            )
          )
        })}
      </td>
      <td>{found?.document?.issuing_country}</td>
    </>
  )
}
