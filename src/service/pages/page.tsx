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
  /** Where the browser goes on to by itself. */
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

/** Our own text, so it may stand as it is; its digest lets the policy below admit it and no other. */
const styleElement: VNode = <style dangerouslySetInnerHTML={{ __html: STYLE }} />
const STYLE_DIGEST = createHash('sha256').update(STYLE).digest('base64')

/** The address of the page is a secret: no other site is told it, and no other site may frame it. */
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
