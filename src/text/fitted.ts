import { visibleWidth } from './text.js'

/**
 * Text for people, fitted to a terminal. Lines that fit stay as they are. A longer line is broken between its columns,
 * after an arrow, between words, or within the name of a field, in this order. It continues indented by at least two,
 * so that foreign text cannot pass for a line of its own. A word longer than a line stays whole, and so do command
 * lines (" $ flows ..."): the terminal folds them, and they can still be copied. Without `columns`, nothing is broken.
 */
export function fitted(text: string, columns: number | undefined): string {
  if (columns === undefined) return text
  return text
    .split('\n')
    .map((line) => (visibleWidth(line) <= columns || COMMAND_LINE.test(line) ? line : broken(line, columns)))
    .join('\n')
}

const COMMAND_LINE = /^ *\$ /

function broken(line: string, columns: number): string {
  const indent = /^ */.exec(line)?.[0].length ?? 0
  const cells = unitsOf(line.slice(indent), / {2,}/g)
  const start = indent + visibleWidth((cells[0]?.text ?? '') + (cells[1]?.gap ?? ''))
  // Continue below the second column, unless that is far to the right or too narrow for the longest word.
  const longest = Math.max(...line.slice(indent).split(' ').map(visibleWidth))
  const hang =
    cells.length > 1 && start <= columns / 2 && start + longest <= columns
      ? start
      : indent + Math.min(4, Math.max(2, columns >> 4))
  const page = new Page(line.slice(0, indent), hang, columns)
  for (const cell of cells) page.place(cell)
  return page.text()
}

/** A piece of a line, and the spaces between it and the piece before it. */
interface Unit {
  readonly gap: string
  readonly text: string
}

/** The text split at the spaces that the pattern finds; other characters it finds stay with the piece before. */
function unitsOf(text: string, pattern: RegExp, gap = ''): Unit[] {
  const units: Unit[] = []
  let from = 0
  let before = gap
  for (const { 0: found, index } of text.matchAll(pattern)) {
    const spaces = / *$/.exec(found)?.[0] ?? ''
    const to = index + found.length - spaces.length
    units.push({ gap: before, text: text.slice(from, to) })
    before = spaces
    from = index + found.length
  }
  return [...units, { gap: before, text: text.slice(from) }]
}

/** Ever finer ways to split a piece that is too long for a line. */
const PARTINGS = [
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes begin with ESC
  /→(?:\u001b\[[0-9;]*m)* /g,
  / +/g,
  // The name of a field; not a file or an address, which somebody might copy.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes begin with ESC
  /(?<=^(?:\u001b\[[0-9;]*m)*(?:options|metadata)[\w.-]*)\.(?=[\w.-]+(?:\u001b\[[0-9;]*m)*$)/g,
]

class Page {
  readonly #hang: number
  readonly #columns: number
  readonly #lines: string[] = []
  readonly #colours = new Colours()
  #line: string
  #isEmpty = true

  constructor(indent: string, hang: number, columns: number) {
    this.#line = indent
    this.#hang = hang
    this.#columns = columns
  }

  place(unit: Unit, finer = PARTINGS): void {
    const [pattern, ...rest] = finer
    const width = visibleWidth(unit.text)
    if (this.#isEmpty ? visibleWidth(this.#line) + width <= this.#columns : this.#hasRoomFor(unit)) this.#add(unit)
    else if (pattern !== undefined && this.#hang + width > this.#columns) this.#placeParts(unit, pattern, rest)
    else {
      if (!this.#isEmpty) this.#break()
      this.#add(unit)
    }
  }

  text(): string {
    return [...this.#lines, this.#line].join('\n')
  }

  #placeParts(unit: Unit, pattern: RegExp, finer: RegExp[]): void {
    for (const part of unitsOf(unit.text, pattern, unit.gap)) this.place(part, finer)
  }

  #hasRoomFor({ gap, text }: Unit): boolean {
    return visibleWidth(this.#line + gap + text) <= this.#columns
  }

  #add({ gap, text }: Unit): void {
    this.#line += (this.#isEmpty ? '' : gap) + text
    this.#colours.pass(text)
    this.#isEmpty = false
  }

  #break(): void {
    this.#lines.push(this.#line.trimEnd() + this.#colours.off())
    this.#line = ' '.repeat(this.#hang) + this.#colours.on()
    this.#isEmpty = true
  }
}

/** The colours that are on at a place in a text. They end with the line and begin again on the next. */
class Colours {
  #on: string[] = []

  pass(text: string): void {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes begin with ESC
    for (const [code] of text.matchAll(/\u001b\[[0-9;]*m/g)) {
      const isEnd = (Object.values(ENDS) as string[]).includes(code)
      if (isEnd) this.#on = this.#on.filter((open) => endOf(open) !== code)
      else this.#on.push(code)
    }
  }

  on(): string {
    return this.#on.join('')
  }

  off(): string {
    return [...new Set(this.#on.map(endOf))].reverse().join('')
  }
}

const ENDS = { weight: '\u001b[22m', colour: '\u001b[39m' } as const

function endOf(code: string): string {
  return code === '\u001b[1m' || code === '\u001b[2m' ? ENDS.weight : ENDS.colour
}
