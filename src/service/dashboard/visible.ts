import { escaped, escapeHidden } from '../../text/hidden-characters.js'

/** Of a page: a text area with what it holds, a tag with its attributes, or text. */
const PART = /<textarea\b[\s\S]*?<\/textarea>|<(?:"[^"]*"|[^"<>])*>|[^<]+|</g

/** The attributes that people read, or hear. */
const READ = /(?<= (?:title|aria-label|alt)=")[^"]+/g

// Line breaks and tabs have their places in texts.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g

/**
 * The HTML of a page with what nobody sees in its texts as visible escapes: a name or a reference that an application
 * gave cannot read as another one. What a form holds stays as it is, because it is sent back.
 */
export function visible(html: string): string {
  if (shown(html) === html) return html
  return html.replace(PART, (part) => {
    if (!part.startsWith('<')) return shown(part)
    return part.startsWith('<textarea') ? part : part.replace(READ, shown)
  })
}

function shown(text: string): string {
  return escapeHidden(text.replace(CONTROL, escaped))
}
