import { Fragment } from 'preact'
import type { ApiKey } from '../../../model/resources.js'
import type { Page } from '../../pages/page.js'
import { at, dashboardPage, type Frame } from '../frame.js'
import { ListTable } from '../lists/list-table.js'
import { Live } from '../lists/live.js'
import { Pages, type Paging } from '../lists/paging.js'
import { Sure } from '../parts/sure.js'
import { Time } from '../parts/time.js'

export interface KeysView {
  readonly keys: readonly ApiKey[]
  readonly paging: Paging
  /** Now, in unix seconds. */
  readonly now: number
}

/** Every API key of the mode, newest first, those that ended too. No secret is kept that could be shown. */
export function keysPage(frame: Frame, { keys, paging, now }: KeysView): Page {
  return dashboardPage(
    200,
    frame,
    {
      title: 'API keys',
      within: 'keys',
      actions: (
        <a class="btn btn-primary" href={at(frame.mode, 'new-key')}>
          New key
        </a>
      ),
    },
    <>
      <Live frame={frame}>
        <div class="card">
          {keys.length === 0 ? (
            <p class="quiet empty-list">
              There is none. "New key" makes one, or <code>flows keys create</code>. Its secret is shown once.
            </p>
          ) : (
            <ListTable
              columns={['Key', 'May', 'Created', 'Last used', 'Ends']}
              rows={keys.map((key) => ({
                id: key.id,
                cells: [
                  <Fragment key="key">
                    {key.name}
                    <div class="quiet">
                      <code>{key.redacted}</code>
                    </div>
                  </Fragment>,
                  <Fragment key="may">
                    {key.scopes === null ? 'everything' : key.scopes.join(', ')}
                    <Bounds of={key} />
                  </Fragment>,
                  <Fragment key="created">
                    <Time at={key.created} />
                    {key.created_by !== null && <div class="quiet">by {key.created_by}</div>}
                  </Fragment>,
                  key.last_used === null ? <span class="quiet">never</span> : <Time at={key.last_used} />,
                  <End key="ends" of={key} frame={frame} now={now} />,
                ],
              }))}
            />
          )}
        </div>
      </Live>
      <Pages of={paging} />
    </>,
  )
}

function Bounds({ of: { project, flows, addresses } }: { readonly of: ApiKey }) {
  const bounds = [
    project !== null && `project ${project}`,
    flows !== null && `flows ${flows.join(', ')}`,
    addresses !== null && `from ${addresses.join(', ')}`,
  ].filter((one) => one !== false)
  return bounds.length === 0 ? null : <div class="quiet">only {bounds.join('; ')}</div>
}

function End({ of: key, frame, now }: { readonly of: ApiKey; readonly frame: Frame; readonly now: number }) {
  if (key.revoked !== null) {
    return (
      <>
        <span class="tone over">revoked</span>
        <div class="quiet">
          <Time at={key.revoked} />
          {key.revoked_by !== null && ` by ${key.revoked_by}`}
        </div>
      </>
    )
  }
  if (key.expires !== null && key.expires <= now) {
    return (
      <>
        <span class="tone over">expired</span>
        <div class="quiet">
          <Time at={key.expires} />
        </div>
      </>
    )
  }
  return (
    <>
      {key.expires === null ? <span class="quiet">never</span> : <Time at={key.expires} />}
      <Sure
        frame={frame}
        action={at(frame.mode, 'keys', key.id, 'revoke')}
        text={`Revoke ${key.name}`}
        what="Whoever uses it is refused from the next request on. It cannot be taken back."
      />
    </>
  )
}
