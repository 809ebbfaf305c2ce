import { createHash } from 'node:crypto'
import type { ComponentChildren, VNode } from 'preact'
import { renderToString } from 'preact-render-to-string'
import { STYLE } from './style.js'

/** A page as it is sent: all content is escaped, and there are no scripts. */
export interface Page {
  readonly status: number
  readonly html: string
  readonly headers: Readonly<Record<string, string>>
}

interface Frame {
  readonly title: string
  /** Shows a notice above the title that this is only a test. */
  readonly isTest?: boolean
  /** Where the browser continues by itself. */
  readonly leadsTo?: string
}

export function page(status: number, { title, isTest = false, leadsTo }: Frame, content: ComponentChildren): Page {
  const html = renderToString(
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        {leadsTo !== undefined && <meta http-equiv="refresh" content={`0; url=${leadsTo}`} />}
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
  return { status, html: `<!doctype html>\n${html}\n`, headers: HEADERS }
}

/** Our own text, so it needs no escaping; the policy below admits only this text, by its digest. */
const styleElement: VNode = <style dangerouslySetInnerHTML={{ __html: STYLE }} />
const STYLE_DIGEST = createHash('sha256').update(STYLE).digest('base64')

/** The page's address is secret: no other site learns it by referrer, and no other site may frame the page. */
const HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    `style-src 'sha256-${STYLE_DIGEST}'`,
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; '),
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'x-robots-tag': 'noindex',
}
