import { hideApiKeys } from '../model/api-key.js'
import type { SourcePosition } from '../model/diagnostic.js'
import { printable, visibleWidth } from '../text/text.js'
import type { Palette } from './palette.js'

/** The longest part of a source line that is shown, in characters; half of it on each side of the fault. */
const WIDTH = 100
/** Space for what is beside it on a line: two spaces, the line number, a bar. */
const BESIDE = 9

/** The line at a place, with its number, and a mark below it. Nothing if the line is not there, or is blank. */
export type ExcerptOf = (at: SourcePosition, colour: (text: string) => string) => string[]

/** `sourceOf` returns the text of a file, or undefined to show no line of it. Source lines fit into `columns`. */
export function excerpts(
  sourceOf: (file: string) => string | undefined,
  palette: Palette,
  columns = WIDTH + BESIDE,
): ExcerptOf {
  const lines = new LineFinder(sourceOf)
  const width = Math.min(WIDTH, columns - BESIDE)
  return (at, colour) => {
    const line = lines.find(at)
    return line === undefined ? [] : excerpt({ line, at, width }, palette, colour)
  }
}

/** A place as editors and terminals understand it. */
export function place({ file, line, column }: SourcePosition): string {
  return `${printable(file)}:${line}:${column}`
}

interface Excerpt {
  readonly line: string
  readonly at: SourcePosition
  readonly width: number
}

function excerpt({ line, at, width }: Excerpt, palette: Palette, colour: (text: string) => string): string[] {
  const start = Math.max(0, at.column - 1 - Math.floor(width / 2))
  const end = start + width
  const [isCutBefore, isCutAfter] = [start > 0, line.trimEnd().length > end]
  const before = isCutBefore
    ? `…${visible(line.slice(start + 1, at.column - 1))}`
    : visible(line.slice(0, at.column - 1))
  const rest = line.slice(at.column - 1, isCutAfter ? end - 1 : end)
  const text = `${before}${visible(rest)}${isCutAfter ? '…' : ''}`
  const number = String(at.line)
  const gutter = ' '.repeat(number.length)
  return [
    `  ${palette.dim(`${number} |`)} ${text.trimEnd()}`,
    `  ${palette.dim(`${gutter} |`)} ${' '.repeat(visibleWidth(before))}${colour('^')}`,
  ]
}

/** A tab takes one column, so that the caret is at the right place. */
function visible(text: string): string {
  // User and password of an address stay unseen, even where half of them is cut off.
  return printable(text.replaceAll('\t', ' ').replaceAll(/:\/\/[^\s'"/]*@/g, '://...@'))
}

/** Splits each file only once, however many diagnostics it has. */
class LineFinder {
  readonly #sourceOf: (file: string) => string | undefined
  #file: string | undefined
  #lines: readonly string[] = []

  constructor(sourceOf: (file: string) => string | undefined) {
    this.#sourceOf = sourceOf
  }

  find({ file, line }: SourcePosition): string | undefined {
    if (file !== this.#file) {
      this.#file = file
      this.#lines = hideApiKeys(this.#sourceOf(file) ?? '').split(/\r?\n/)
    }
    const text = this.#lines[line - 1]
    return text === undefined || text.trim() === '' ? undefined : text.replace(/^\ufeff/, '')
  }
}
