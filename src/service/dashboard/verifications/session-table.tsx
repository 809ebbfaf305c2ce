import type { VerificationSession } from '../../../model/resources.js'
import { at, type Frame } from '../frame.js'
import { ListTable } from '../parts/list-table.js'
import { Status } from '../parts/status.js'
import { Time } from '../parts/time.js'

interface Props {
  readonly frame: Frame
  readonly sessions: readonly VerificationSession[]
  /** By id. */
  readonly flowNames: ReadonlyMap<string, string>
}

/** Verifications in a table. The reference may be personal, so it takes the right to read reports. */
export function SessionTable({ frame, sessions, flowNames }: Props) {
  if (sessions.length === 0) return <p class="quiet empty-list">There is none.</p>
  const showsPersonal = frame.may('reports:read')
  return (
    <ListTable columns={['Verification', 'Status', 'Flow', ...(showsPersonal ? ['Reference'] : []), 'Created']}>
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
