import type { Page } from '../pages/page.js'
import { plainPage } from './frame.js'

/** For whoever is not signed in. */
export function signInPage(assets: string): Page {
  return plainPage(
    401,
    assets,
    'Sign in',
    <>
      <p>
        On the machine of the service, run <code>flows dashboard</code>: it opens a link that signs you in.
      </p>
      <p class="quiet">Such a link works once, for 30 seconds.</p>
    </>,
  )
}

/** For whoever comes with a link that no longer signs in. */
export function deadLinkPage(assets: string): Page {
  return plainPage(
    410,
    assets,
    'This link no longer signs in',
    <p>
      It works once, for 30 seconds. Get another one: <code>flows dashboard</code>
    </p>,
  )
}

export function signedOutPage(assets: string): Page {
  return plainPage(
    200,
    assets,
    'Signed out',
    <p>
      To sign in again: <code>flows dashboard</code>
    </p>,
  )
}

export function faultPage(status: number, assets: string, message: string): Page {
  return plainPage(
    status,
    assets,
    status === 404 ? 'Not found' : status === 403 ? 'Not permitted' : 'That did not work',
    <>
      <p>{message}</p>
      <p>
        <a href="/dashboard">To the dashboard</a>
      </p>
    </>,
  )
}
