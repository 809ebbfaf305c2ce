import type { Scalar } from 'yaml'

/**
 * Where a character of a string's value stands in the text. Folding and indentation only ever change white space, so
 * the other characters are counted; those that an escape stands for are taken as one, whatever they are.
 */
export function offsetWithin(text: string, { type, value, range }: Scalar, offset: number): number {
  const [start = 0, end = text.length] = range ?? []
  const before = String(value).slice(0, offset)
  const character = String(value)[offset]
  // At white space, and at the end, the place behind the last character is meant.
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

/** A block begins behind the line of its header. */
function contentStart(text: string, start: number, type: Scalar['type']): number {
  if (type === 'QUOTE_DOUBLE' || type === 'QUOTE_SINGLE') return start + 1
  if (type !== 'BLOCK_LITERAL' && type !== 'BLOCK_FOLDED') return start
  const header = text.indexOf('\n', start)
  return header === -1 ? start : header + 1
}

/** Characters of the text that stand for the one here. */
function widthAt(text: string, at: number, type: Scalar['type']): number {
  if (type === 'QUOTE_DOUBLE' && text[at] === '\\') return 2
  return type === 'QUOTE_SINGLE' && text.startsWith("''", at) ? 2 : 1
}

function count(text: string): number {
  return text.replace(/\s/g, '').length
}
