import { createHash } from 'node:crypto'
import { STYLE } from '../style.js'
import { DARK, LIGHT, readableOn, textOn } from './contrast.js'

/** How the pages for people who are verified look: as whoever runs the service wants it. */
export interface Branding {
  readonly name: string | null
  readonly logo: Logo | null
  /** "#1a56db", with enough contrast on white; null for the colour that is there without one. */
  readonly color: string | null
  /** The same for the test mode; null if it has the same one. */
  readonly testColor: string | null
}

export interface Logo {
  readonly bytes: Buffer
  /** The media type: "image/svg+xml". */
  readonly type: string
}

export const NO_BRANDING: Branding = { name: null, logo: null, color: null, testColor: null }

const COLOR = '#0b5bd3'

/** The branding of one mode, as pages use it. */
export interface Brand {
  readonly name: string | null
  /** The name of the logo's file; null if there is none. It changes with the content, so browsers may keep the file. */
  readonly logo: string | null
  /** The style sheet, and its digest for the policy. */
  readonly style: string
  readonly digest: string
}

/** The brand of each mode. */
export function brandsOf({ name, logo, color, testColor }: Branding): Readonly<Record<'test' | 'live', Brand>> {
  const file = logo && createHash('sha256').update(logo.bytes).digest('hex').slice(0, 24)
  const brandIn = (chosen: string | null): Brand => {
    const style = STYLE + colorsOf(chosen ?? COLOR)
    return { name, logo: file, style, digest: createHash('sha256').update(style).digest('base64') }
  }
  return { test: brandIn(testColor ?? color), live: brandIn(color) }
}

/** Without branding. */
export const NO_BRAND: Brand = brandsOf(NO_BRANDING).live

function colorsOf(color: string): string {
  const [light, dark] = [color, readableOn(color, DARK)]
  const colors = (one: string) => `--brand: ${one}; --on-brand: ${textOn(one)}`
  return `:root { --page: ${LIGHT}; ${colors(light)} }
@media (prefers-color-scheme: dark) { :root { --page: ${DARK}; ${colors(dark)} } }
`
}
