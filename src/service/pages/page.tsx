import { createHash } from 'node:crypto'
import type { ComponentChildren, VNode } from 'preact'
import { renderToString } from 'preact-render-to-string'
import { STYLE } from './style.js'

/** A page as it is sent: everything in it is escaped, and nothing in it runs. */
export interface Page {
  readonly status: number
  readonly html: string
  readonly headers: Readonly<Record<string, string>>
}

interface Frame {
  readonly title: string
  /** Shown above the title: that nothing here is real. */
  readonly isTest?: boolean
  /** Where forms may lead besides this service itself, such as the return address of a session. */
  readonly leadsTo?: string | null
}

export function page(
  status: number,
  { title, isTest = false, leadsTo = null }: Frame,
  content: ComponentChildren,
): Page {
  const html = renderToString(
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>{title}</title>
        {styleElement}
      </head>
      <body>
        {isTest && <header>Test mode: nobody is verified here</header>}
        <main>
          <h1>{title}</h1>
          {content}
        </main>
      </body>
    </html>,
  )
  return { status, html: `<!doctype html>\n${html}\n`, headers: headersFor(leadsTo) }
}

/** Our own text, so it may stand as it is; its digest lets the policy below admit it and no other. */
const styleElement: VNode = <style dangerouslySetInnerHTML={{ __html: STYLE }} />
const STYLE_DIGEST = createHash('sha256').update(STYLE).digest('base64')

/** The address of the page is a secret: no other site is told it, and no other site may frame it. */
function headersFor(leadsTo: string | null) {
  const target = leadsTo === null ? '' : ` ${new URL(leadsTo).origin}`
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${STYLE_DIGEST}'`,
    // Browsers hold the redirect behind a form to this, too.
    `form-action 'self'${target}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ]
  return {
    'content-security-policy': policy.join('; '),
    'referrer-policy': 'no-referrer',
    'x-frame-options': 'DENY',
    'x-robots-tag': 'noindex',
  }
}
