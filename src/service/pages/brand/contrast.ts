/*
 * Contrast of colours as WCAG 2.2 defines it (relative luminance, contrast ratio). Colours are written as "#1a56db".
 */

/** What text needs on its background (WCAG 2.2, 1.4.3). */
export const ENOUGH = 4.5

/** The backgrounds of the pages. */
export const LIGHT = '#ffffff'
export const DARK = '#15181d'

const WHITE = '#ffffff'
const BLACK = '#000000'

/** The ratio of two colours, from 1 to 21. */
export function contrastOf(one: string, other: string): number {
  const [lighter = 0, darker = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (lighter + 0.05) / (darker + 0.05)
}

/** The colour nearest to this one that can be read on a background: made darker on a light one, lighter on a dark one. */
export function readableOn(color: string, background: string): string {
  const towards = luminance(background) > 0.5 ? BLACK : WHITE
  for (let share = 0; share < 1; share += 0.02) {
    const mixed = mix(color, towards, share)
    if (contrastOf(mixed, background) >= ENOUGH) return mixed
  }
  return towards
}

/** Black or white, whichever is read better on this colour. One of the two always has enough contrast. */
export function textOn(color: string): string {
  return contrastOf(WHITE, color) >= contrastOf(BLACK, color) ? WHITE : BLACK
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = partsOf(color).map((part) => {
    const share = part / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function mix(color: string, other: string, share: number): string {
  const others = partsOf(other)
  const mixed = partsOf(color).map((part, index) => Math.round(part + ((others[index] ?? 0) - part) * share))
  return `#${mixed.map((part) => part.toString(16).padStart(2, '0')).join('')}`
}

function partsOf(color: string): readonly number[] {
  return [1, 3, 5].map((start) => Number.parseInt(color.slice(start, start + 2), 16))
}
