import { printable } from '../text/text.js'

/** Text as code in GitHub's Markdown, which no value can leave. Cut behind `most` bytes. */
export function code(text: string, most?: number): string {
  return `<code>${escapeMarkup(text, most)}</code>`
}

/**
 * Nothing in a name can become markup, a mention or a new table cell. Cut behind `most` bytes, between two characters.
 * The text is made printable as a whole: what is told by several characters, as an API key is, would pass one by one.
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
