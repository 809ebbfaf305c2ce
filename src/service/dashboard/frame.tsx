import type { ComponentChildren } from 'preact'
import { renderToString } from 'preact-render-to-string'
import type { Page } from '../pages/page.js'
import { visible } from './visible.js'

export type DashboardMode = 'test' | 'live'

/** What stands around every page of the dashboard. */
export interface Frame {
  readonly mode: DashboardMode
  readonly person: { readonly name: string; readonly role: string }
  readonly formToken: string
  /** What was just done, in words; null for nothing. */
  readonly notice: string | null
  /** Whether the person may do what takes a scope. */
  readonly may: (scope: AskedScope) => boolean
  /** Whether flows that a project manages may be edited here. */
  readonly editsManaged: boolean
  /** Where pull requests for the definitions of a project are opened, as people call it; null where that is not set. */
  readonly forgeOf: (project: string) => string | null
  /** Where the style sheets and the script are, without a slash at the end. */
  readonly assets: string
  /** The address of the page, within the service. */
  readonly here: string
  /** Null for what the system asks for. */
  readonly theme: Theme | null
}

export const THEMES = ['light', 'dark'] as const
type Theme = (typeof THEMES)[number]

/** What pages ask before they show something. */
type AskedScope =
  | 'flows:write'
  | 'sessions:write'
  | 'reports:read'
  | 'events:read'
  | 'webhooks:read'
  | 'webhooks:write'
  | 'keys:admin'

interface Content {
  readonly title: string
  /** The page in the navigation that it belongs to. */
  readonly within: Section
  /** Beside the title. */
  readonly actions?: ComponentChildren
  /** Whether the page cannot be shown again: nothing on it then leads back to it. */
  readonly isShownOnce?: boolean
  /** Above the title: the page that this one is found on. */
  readonly from?: { readonly href: string; readonly text: string }
}

type Section =
  | 'flows'
  | 'verifications'
  | 'reports'
  | 'deployments'
  | 'drift'
  | 'events'
  | 'webhooks'
  | 'keys'
  | 'sign-ins'
  | 'audit'

/** The last is what it takes to see the pages, where not everybody may. */
const SECTIONS: readonly (readonly [Section, string, AskedScope?])[] = [
  ['flows', 'Flows'],
  ['verifications', 'Verifications'],
  ['reports', 'Reports'],
  ['deployments', 'Deployments'],
  ['drift', 'Drift'],
  ['events', 'Events', 'events:read'],
  ['webhooks', 'Webhooks', 'webhooks:read'],
  ['keys', 'API keys', 'keys:admin'],
  ['sign-ins', 'Sign-ins'],
  ['audit', 'Audit log', 'keys:admin'],
]

/** Addresses within the dashboard. */
export function at(mode: DashboardMode, ...names: readonly string[]): string {
  return `/dashboard/${[mode, ...names].map(encodeURIComponent).join('/')}`
}

/** A path with a query, if there is one. */
export function withQuery(path: string, query: Readonly<Record<string, string>>): string {
  const text = new URLSearchParams(query).toString()
  return text === '' ? path : `${path}?${text}`
}

/** A page for somebody who is signed in. All content is escaped. */
export function dashboardPage(status: number, frame: Frame, content: Content, children: ComponentChildren): Page {
  const { mode, person, notice } = frame
  const { title, within, actions, from, isShownOnce = false } = content
  return documentOf(
    status,
    frame,
    title,
    <>
      <a class="visually-hidden-focusable" href="#content">
        Skip to the content
      </a>
      <header>
        <div class="navbar d-print-none">
          <div class="container-xl">
            <span class="navbar-brand">Verification flows</span>
            <nav aria-label="Mode" class="mode">
              {(['test', 'live'] as const).map((one) => (
                <a key={one} href={at(one, within)} {...(one === mode && { 'aria-current': 'true' as const })}>
                  {one === 'test' ? 'Test' : 'Live'}
                </a>
              ))}
            </nav>
            <form method="post" action="/dashboard/sign-out" class="person">
              <FormToken of={frame} />
              <span>
                {person.name} <span class="quiet">({person.role})</span>
              </span>
              <button type="submit" class="btn btn-sm">
                Sign out
              </button>
            </form>
          </div>
        </div>
        {mode === 'test' && (
          <p class="test-mode">
            <span class="container-xl">Test mode: nobody real is verified here.</span>
          </p>
        )}
      </header>
      <nav aria-label="Pages" class="pages">
        <div class="container-xl">
          {SECTIONS.filter(([, , scope]) => scope === undefined || frame.may(scope)).map(([name, text]) => (
            <a key={name} href={at(mode, name)} {...(name === within && { 'aria-current': 'page' as const })}>
              {text}
            </a>
          ))}
        </div>
      </nav>
      <main id="content" class="container-xl">
        {from && (
          <a class="from" href={from.href}>
            ← {from.text}
          </a>
        )}
        <div class="heading">
          <h1>{title}</h1>
          <div class="actions">{actions}</div>
        </div>
        {notice && (
          <p class="alert alert-success" role="status">
            {notice}
          </p>
        )}
        {children}
      </main>
      <footer class="container-xl d-print-none">{!isShownOnce && <ThemeForm of={frame} />}</footer>
    </>,
  )
}

/** A page for somebody who is not signed in, or who asked for what is not there. */
export function plainPage(
  status: number,
  assets: string,
  title: string,
  children: ComponentChildren,
  /** Where the browser continues by itself. */
  leadsTo?: string,
): Page {
  return documentOf(
    status,
    { assets, theme: null },
    title,
    <main class="container-tight plain">
      <div class="card card-body">
        <h1>{title}</h1>
        {children}
      </div>
    </main>,
    leadsTo,
  )
}

/** Belongs into every form: see isOwnForm. */
export function FormToken({ of: { formToken } }: { readonly of: Pick<Frame, 'formToken'> }) {
  return <input type="hidden" name="form_token" value={formToken} />
}

/** Which theme the person wants. It takes no script. */
function ThemeForm({ of: frame }: { readonly of: Frame }) {
  return (
    <form method="post" action="/dashboard/theme" class="buttons">
      <FormToken of={frame} />
      <input type="hidden" name="to" value={frame.here} />
      <span id="theme">Theme</span>
      {([null, ...THEMES] as const).map((theme) => (
        <button
          key={theme}
          class="btn btn-sm"
          type="submit"
          name="theme"
          value={theme ?? ''}
          aria-pressed={theme === frame.theme}
          aria-describedby="theme"
        >
          {theme ?? 'as the system'}
        </button>
      ))}
    </form>
  )
}

function documentOf(
  status: number,
  { assets, theme }: Pick<Frame, 'assets' | 'theme'>,
  title: string,
  body: ComponentChildren,
  leadsTo?: string,
): Page {
  const html = renderToString(
    <html lang="en" {...(theme !== null && { 'data-bs-theme': theme })}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        {leadsTo !== undefined && <meta http-equiv="refresh" content={`0; url=${leadsTo}`} />}
        <title>{title} - Verification flows</title>
        <link rel="stylesheet" href={`${assets}/tabler.min.css`} />
        <link rel="stylesheet" href={`${assets}/dashboard.css`} />
        <meta name="htmx-config" content={LIVE} />
        <script src={`${assets}/live.js`} defer />
      </head>
      <body>{body}</body>
    </html>,
  )
  return { status, html: `<!doctype html>\n${visible(html)}\n`, headers: HEADERS }
}

/** What the script may do: ask this service for a page again, and put what changed in its place (lists/live.tsx). */
const LIVE = JSON.stringify({
  includeIndicatorCSS: false,
  history: false,
  mode: 'same-origin',
  extensions: 'ptag',
  // What somebody opened stays open.
  morphIgnore: ['data-htmx-powered', 'open'],
})

/** Nothing comes from elsewhere, nothing is inline, and no other site may frame it. */
const HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "connect-src 'self'",
    // The style sheet draws its arrows and ticks as data.
    "img-src 'self' data:",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; '),
  'referrer-policy': 'same-origin',
  // Nothing but the script is taken for one.
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'x-robots-tag': 'noindex',
  'cross-origin-opener-policy': 'same-origin',
}
