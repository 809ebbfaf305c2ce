import { printable } from '../text/text.js'

/** Text as code in GitHub's Markdown; no value can break out of it. Cut after `most` bytes. */
export function code(text: string, most?: number): string {
  return `<code>${escapeMarkup(text, most)}</code>`
}

/**
 * Makes sure that no name can become markup, a mention or a new table cell. Cut after `most` bytes, between characters.
 * The text is made printable as a whole: an API key shows only in several characters together, not one by one.
 */
export function escapeMarkup(text: string, most = Number.POSITIVE_INFINITY): string {
  const escaped: string[] = []
  let left = most
  for (const char of printable(text)) {
    const safe = char.replace(/[&<>|`*_[\]@#~\\]/g, (one) => `&#${one.charCodeAt(0)};`)
    left -= Buffer.byteLength(safe)
    if (left < 0) return `${escaped.join('')}…`
    escaped.push(safe)
  }
  return escaped.join('')
}
