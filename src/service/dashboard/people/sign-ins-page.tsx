import { Fragment } from 'preact'
import type { SignInRecord } from '../../../store/people/sign-ins.js'
import type { Page } from '../../pages/page.js'
import { at, dashboardPage, FormToken, type Frame } from '../frame.js'
import { ListTable } from '../lists/list-table.js'
import { Live } from '../lists/live.js'
import { Time } from '../parts/time.js'

export interface SignInsView {
  readonly signIns: readonly SignInRecord[]
  /** The id of whoever looks. */
  readonly own: string
}

/** Where people are signed in now: an admin sees everybody, others see themselves. */
export function signInsPage(frame: Frame, { signIns, own }: SignInsView): Page {
  return dashboardPage(
    200,
    frame,
    { title: 'Sign-ins', within: 'sign-ins', actions: <Everywhere frame={frame} /> },
    <Live frame={frame}>
      <div class="card">
        <ListTable
          columns={['Person', 'Signed in', 'Last seen', 'From', 'End it']}
          rows={signIns.map((signIn) => ({
            id: signIn.hash,
            cells: [
              <Fragment key="person">
                {signIn.name} <span class="quiet">({signIn.role})</span>
                {signIn.person === own && <div class="quiet">you</div>}
              </Fragment>,
              <Fragment key="signed in">
                <Time at={signIn.created} />
                <div class="quiet">{signIn.method === 'oidc' ? 'by the identity provider' : 'by a link'}</div>
              </Fragment>,
              <Time key="seen" at={signIn.seen} />,
              <Fragment key="from">
                {signIn.address ?? <span class="quiet">not known</span>}
                {signIn.agent !== null && <div class="quiet agent">{signIn.agent}</div>}
              </Fragment>,
              <form key="end" method="post" action={`${at(frame.mode, 'sign-ins')}/end`}>
                <FormToken of={frame} />
                <input type="hidden" name="sign_in" value={signIn.hash} />
                <button type="submit" class="btn btn-sm">
                  End<span class="visually-hidden"> the sign-in of {signIn.name}</span>
                </button>
              </form>,
            ],
          }))}
        />
      </div>
    </Live>,
  )
}

function Everywhere({ frame }: { readonly frame: Frame }) {
  return (
    <form method="post" action="/dashboard/sign-out">
      <FormToken of={frame} />
      <input type="hidden" name="everywhere" value="yes" />
      <button type="submit" class="btn">
        Sign out everywhere
      </button>
    </form>
  )
}
