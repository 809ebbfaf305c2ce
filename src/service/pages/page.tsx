import type { ComponentChildren } from 'preact'
import { renderToString } from 'preact-render-to-string'
import { MESSAGES, TAGS } from './language/language.js'
import type { Look } from './look.js'

/** A page as it is sent: all content is escaped. */
export interface Page {
  readonly status: number
  readonly html: string
  readonly headers: Readonly<Record<string, string>>
}

interface Frame {
  readonly title: string
  /** Before the title in the browser's own list: "Error: " where something is wrong. */
  readonly prefix?: string
  /** Above the title: "Step 2 of 4". */
  readonly progress?: string | undefined
  /** Shows a notice that this is only a test. */
  readonly isTest?: boolean
  /** In the notice of a test. */
  readonly inNotice?: ComponentChildren
  /** Where the browser continues by itself. */
  readonly leadsTo?: string
  /** What the page's script may use; without it, the page has no script. */
  readonly script?: 'camera' | 'refresh' | undefined
  /** Puts the focus on the title, which a person who uses a keyboard or a screen reader then begins with. */
  readonly focus?: boolean
}

export function page(status: number, look: Look, frame: Frame, content: ComponentChildren): Page {
  const { language, brand, inLanguage, root } = look
  const { say } = language
  const { title, prefix = '', progress, isTest = false, inNotice, leadsTo, focus = false } = frame
  const script = frame.script !== undefined && look.script !== null ? `${root}/verify/${look.script}` : undefined
  const html = renderToString(
    <html lang={language.tag}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        {leadsTo !== undefined && <meta http-equiv="refresh" content={`0; url=${leadsTo}`} />}
        <title>{[`${prefix}${title}`, progress, brand.name].filter(Boolean).join(' - ')}</title>
        {/* Our own text, so it needs no escaping; the policy below admits only this text, by its digest. */}
        <style dangerouslySetInnerHTML={{ __html: brand.style }} />
        {script && <script src={script} defer />}
      </head>
      <body>
        <header>
          {isTest && (
            <div class="test">
              <p>{say('test.notice')}</p>
              {inNotice}
            </div>
          )}
          {brand.name !== null && (
            <div class="brand">
              {brand.logo === null ? brand.name : <img src={`${root}/brand/${brand.logo}`} alt={brand.name} />}
            </div>
          )}
        </header>
        <main>
          {progress !== undefined && <p class="progress">{progress}</p>}
          <h1 {...(focus && FOCUS)}>{title}</h1>
          {content}
        </main>
        {inLanguage && (
          <footer>
            <nav aria-label={say('languages')}>
              <ul>
                {TAGS.map((tag) => (
                  <li key={tag}>
                    {tag === language.tag ? (
                      <span aria-current="true">{MESSAGES[tag].language}</span>
                    ) : (
                      <a href={inLanguage(tag)} lang={tag} hreflang={tag}>
                        {MESSAGES[tag].language}
                      </a>
                    )}
                  </li>
                ))}
              </ul>
            </nav>
          </footer>
        )}
      </body>
    </html>,
  )
  return {
    status,
    html: `<!doctype html>\n${html}\n`,
    headers: headersOf(look, script === undefined ? undefined : frame.script),
  }
}

/** For what is to be read first on a page. */
export const FOCUS = { tabIndex: -1, autofocus: true } as const

/**
 * The page's address is secret: no other site learns it by referrer, and no other site may frame the page. A script is our
 * own file, and only on pages that use one; the camera is for the page that takes pictures.
 */
function headersOf({ language, brand }: Look, script: Frame['script']): Page['headers'] {
  const isCamera = script === 'camera'
  const images = [brand.logo !== null && "'self'", isCamera && 'blob:'].filter((one) => one !== false)
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${brand.digest}'`,
    ...(images.length > 0 ? [`img-src ${images.join(' ')}`] : []),
    ...(script !== undefined ? ["script-src 'self'"] : []),
    ...(script === 'refresh' ? ["connect-src 'self'"] : []),
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ]
  return {
    'content-security-policy': policy.join('; '),
    'content-language': language.tag,
    'permissions-policy': `camera=(${isCamera ? 'self' : ''}), geolocation=(), microphone=()`,
    'referrer-policy': 'no-referrer',
    'x-frame-options': 'DENY',
    'x-robots-tag': 'noindex',
  }
}
