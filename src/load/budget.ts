import type { Fault } from './to-value.js'

/**
 * The limits for one file, checked before the YAML library sees the text: anybody may send in a change, and it must not
 * keep a machine busy. A definition has some dozens of lines. Even with every field in ten environments it stays within
 * a tenth of these limits.
 */
export const BUDGET = {
  /** In UTF-8. */
  bytes: 64 * 1024,
  lines: 4000,
  /** Brackets, braces, quotes, commas, colons, dashes, anchors, aliases and tags: each can start or end a value. */
  marks: 10_000,
  /** Open brackets and braces at once, and dashes on one line. Flows may nest far less: see to-value.ts. */
  depth: 256,
} as const

/** Why a text exceeds the limits of a file; undefined if it does not. Looks at each character once. */
export function overBudget(text: string): Fault | undefined {
  if (text.length > BUDGET.bytes || Buffer.byteLength(text) > BUDGET.bytes) return tooLarge('is larger than 64 KiB', 0)
  let lines = 1
  let marks = 0
  let open = 0
  let dashes = 0
  for (let at = 0; at < text.length; at += 1) {
    const kind = KINDS[text.charCodeAt(at)]
    if (kind === undefined) continue
    if (kind === 'line') {
      lines += 1
      dashes = 0
      if (lines > BUDGET.lines) return tooLarge('has more than 4,000 lines', at)
      continue
    }
    if (kind === 'spaced' && !isSpace(text.charCodeAt(at + 1))) continue
    marks += 1
    if (marks > BUDGET.marks) return tooLarge('has more than 10,000 brackets, quotes, commas, colons and dashes', at)
    if (kind === 'open') open += 1
    else if (kind === 'close') open = Math.max(0, open - 1)
    else if (kind === 'spaced') dashes += 1
    if (open > BUDGET.depth || dashes > BUDGET.depth) return tooLarge('nests more than 256 levels deep', at)
  }
  return undefined
}

function tooLarge(what: string, offset: number): Fault {
  return {
    code: 'FILE_TOO_LARGE',
    message: `the file ${what}`,
    hint: 'a definition is some lines long: is this another kind of file?',
    offset,
    ends: true,
  }
}

/** By character code. `spaced`: a mark only before white space. */
const KINDS: readonly ('line' | 'open' | 'close' | 'mark' | 'spaced' | undefined)[] = (() => {
  const kinds: ('line' | 'open' | 'close' | 'mark' | 'spaced' | undefined)[] = new Array(128).fill(undefined)
  const say = (characters: string, kind: 'line' | 'open' | 'close' | 'mark' | 'spaced') => {
    for (const character of characters) kinds[character.charCodeAt(0)] = kind
  }
  say('\n', 'line')
  say('[{', 'open')
  say(']}', 'close')
  say(',"\'&*!', 'mark')
  say('-?:', 'spaced')
  return kinds
})()

/** The end of the text counts as white space. */
function isSpace(code: number): boolean {
  return Number.isNaN(code) || code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d
}
