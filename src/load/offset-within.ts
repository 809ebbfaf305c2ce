import type { Scalar } from 'yaml'

/**
 * Where a character of a string's value is in the text. Folding and indentation change only white space, so the other
 * characters are counted. An escape counts as one character, whatever it stands for.
 */
export function offsetWithin(text: string, { type, value, range }: Scalar, offset: number): number {
  const [start = 0, end = text.length] = range ?? []
  const before = String(value).slice(0, offset)
  const character = String(value)[offset]
  // For white space and for the end, use the place after the last character.
  const isSpace = character === undefined || /\s/.test(character)
  let left = count(before) - (isSpace ? 1 : 0)
  let at = contentStart(text, start, type)
  if (left < 0) return Math.min(at, end)
  for (; at < end; at += widthAt(text, at, type)) {
    if (/\s/.test(text[at] ?? '')) continue
    if (left === 0) return isSpace ? at + widthAt(text, at, type) : at
    left -= 1
  }
  return end
}

/** The content of a block begins after the line of its header. */
function contentStart(text: string, start: number, type: Scalar['type']): number {
  if (type === 'QUOTE_DOUBLE' || type === 'QUOTE_SINGLE') return start + 1
  if (type !== 'BLOCK_LITERAL' && type !== 'BLOCK_FOLDED') return start
  const header = text.indexOf('\n', start)
  return header === -1 ? start : header + 1
}

/** How many characters of the text stand for this one. */
function widthAt(text: string, at: number, type: Scalar['type']): number {
  if (type === 'QUOTE_DOUBLE' && text[at] === '\\') return 2
  return type === 'QUOTE_SINGLE' && text.startsWith("''", at) ? 2 : 1
}

function count(text: string): number {
  return text.replace(/\s/g, '').length
}
