import { printable } from './text.js'

/** Text as code in GitHub's Markdown, which no value can leave. */
export function code(text: string): string {
  return `<code>${escapeMarkup(text)}</code>`
}

/** Nothing in a name can become markup, a mention or a new table cell. */
export function escapeMarkup(text: string): string {
  return printable(text).replace(/[&<>|`*_[\]@#~\\]/g, (char) => `&#${char.charCodeAt(0)};`)
}
