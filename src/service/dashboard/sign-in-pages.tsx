import type { ComponentChildren } from 'preact'
import type { Page } from '../pages/page.js'
import { plainPage } from './frame.js'

/** Who signs people in, for pages that lead there. */
export interface ProviderState {
  readonly name: string
  readonly isReachable: boolean
}

const SIGN_IN = '/dashboard/sign-in/oidc'

/** For whoever is not signed in. */
export function signInPage(assets: string, provider: ProviderState | null): Page {
  return plainPage(
    401,
    assets,
    'Sign in',
    <>
      {provider !== null && <Elsewhere provider={provider} address={SIGN_IN} />}
      <p>
        {provider === null ? 'On the machine of the service, run' : 'Or, on the machine of the service, run'}{' '}
        <code>flows dashboard</code>: it prints a link that signs you in.
      </p>
      <p class="quiet">Such a link works once, for 30 seconds.</p>
    </>,
  )
}

/** For somebody whose sign-in is not fresh enough for what they ask. Afterwards they are back at the form. */
export function signInAgainPage(assets: string, provider: ProviderState | null, publicUrl: string): Page {
  return plainPage(
    403,
    assets,
    'Sign in again',
    <>
      <p>This takes a sign-in of the last five minutes. Nothing was done yet.</p>
      {provider === null ? (
        <p>
          On the machine of the service, run <code>flows dashboard --at {publicUrl}</code> and open the link in this
          browser: it leads back to the form.
        </p>
      ) : (
        <Elsewhere provider={provider} address={`${SIGN_IN}?again`} />
      )}
      <p>
        <a href="/dashboard">To the dashboard</a>
      </p>
    </>,
  )
}

function Elsewhere({ provider, address }: { readonly provider: ProviderState; readonly address: string }) {
  if (!provider.isReachable) {
    return (
      <p role="status">
        {provider.name} does not answer at the moment, so nobody can sign in there. It is asked again when this page is
        loaded again.
      </p>
    )
  }
  return (
    <p>
      <a class="btn btn-primary" href={address}>
        Sign in at {provider.name}
      </a>
    </p>
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

/** For whoever wants to sign in while who signs people in does not answer. */
export function unreachablePage(assets: string, provider: string): Page {
  return plainPage(
    503,
    assets,
    'You cannot sign in there at the moment',
    <>
      <p>
        {provider} does not answer, or not as it should. Try it again in a moment; a link of{' '}
        <code>flows dashboard</code> works meanwhile.
      </p>
      <Again />
    </>,
  )
}

const REFUSALS = {
  no_group: [
    'You have no role here',
    'You are who you say, and none of your groups has a role in this dashboard. Ask whoever runs it.',
  ],
  not_begun_here: [
    'This sign-in did not begin here',
    'It began in another browser, more than ten minutes ago, or was used before.',
  ],
  failed: ['You were not signed in', 'The answer of the identity provider was refused. The audit log says why.'],
} as const

/** For whoever came back without being let in. */
export function refusedPage(assets: string, reason: keyof typeof REFUSALS): Page {
  const [title, text] = REFUSALS[reason]
  return plainPage(
    403,
    assets,
    title,
    <>
      <p>{text}</p>
      {reason !== 'no_group' && <Again />}
    </>,
  )
}

function Again() {
  return (
    <p>
      <a href={SIGN_IN}>Sign in</a>
    </p>
  )
}

/** `elsewhere` is where the browser goes next, to be signed out there too. */
export function signedOutPage(assets: string, provider: string | null, elsewhere: string | null): Page {
  const children: ComponentChildren =
    elsewhere === null ? (
      <p>
        To sign in again: {provider !== null && <a href={SIGN_IN}>{provider}</a>}
        {provider !== null && ', or '}
        <code>flows dashboard</code>
      </p>
    ) : (
      <p>
        You are being <a href={elsewhere}>signed out of {provider}</a>, too.
      </p>
    )
  return plainPage(200, assets, 'Signed out', children, elsewhere ?? undefined)
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
