import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap, type YAMLSeq } from 'yaml'
import { lexemesOf } from '../../load/lexemes.js'
import { parseNodes } from '../../load/parse.js'

/** A part of a text to replace: [at, end) becomes `text`. */
export interface Splice {
  readonly at: number
  readonly end: number
  readonly text: string
}

/** A piece from the lexer; together the pieces are the text. */
interface Token {
  readonly at: number
  readonly end: number
  readonly text: string
}

export type Collection = YAMLMap | YAMLSeq
export type Member = Pair<Node, Node | null>

/** A valid YAML text with its nodes and tokens, and the start and end of each thing in it. */
export class Source {
  readonly text: string
  readonly document: Document
  readonly eol: string
  readonly #tokens: readonly Token[]

  constructor(text: string) {
    this.text = text
    this.document = parseNodes(text)
    this.eol = /^[^\n]*\r\n/.test(text) ? '\r\n' : '\n'
    this.#tokens = tokensOf(text)
  }

  get root(): Node | null {
    return this.document.contents as Node | null
  }

  /** Tokens other than white space that begin in [at, end). */
  tokens(at: number, end: number): readonly Token[] {
    return this.#tokens.filter((token) => token.at >= at && token.at < end && token.text.trim() !== '')
  }

  comments(at: number, end: number): readonly Token[] {
    return this.tokens(at, end).filter(isComment)
  }

  lineStart(offset: number): number {
    return this.text.lastIndexOf('\n', offset - 1) + 1
  }

  /** Offset of the line's end, before its line break. */
  lineEnd(offset: number): number {
    const feed = this.text.indexOf('\n', offset)
    if (feed === -1) return this.text.length
    return this.text[feed - 1] === '\r' && feed > offset ? feed - 1 : feed
  }

  /** Offset of the line after the one with `offset`; the text's length if there is none. */
  nextLine(offset: number): number {
    const feed = this.text.indexOf('\n', offset)
    return feed === -1 ? this.text.length : feed + 1
  }

  /** The white space at the start of the line with this offset. */
  indentAt(offset: number): string {
    const start = this.lineStart(offset)
    return /^[ ]*/.exec(this.text.slice(start, this.lineEnd(offset)))?.[0] ?? ''
  }

  /** White space for a new line inside brackets or braces. YAML needs it deeper than the enclosing block. */
  indentInFlow(offset: number): string {
    const start = this.lineStart(offset)
    let depth = 0
    let outermost = 0
    for (const { at, text } of this.#tokens) {
      if (at > offset) break
      if (text === '{' || text === '[') {
        if (depth === 0) outermost = at
        depth += 1
      } else if (text === '}' || text === ']') depth -= 1
    }
    return outermost < start ? this.indentAt(offset) : `${this.indentAt(offset)}  `
  }

  isFirstOnLine(offset: number): boolean {
    return /^[ ]*(?:\?[ ]+)?$/.test(this.text.slice(this.lineStart(offset), offset))
  }

  /** Start of a member: its name, or the anchor or tag before it. */
  memberStart({ key }: Member): number {
    return startOf(key)
  }

  /** End of a member without comments. */
  memberEnd({ key, value }: Member): number {
    const colon = this.colonOf(key)
    if (value === null || isNothing(value)) {
      const last = colon ?? endOf(key)
      const props = value === null ? undefined : this.tokens(last, startOf(value) + 1).findLast(isProperty)
      return Math.max(last, props?.end ?? 0)
    }
    return this.end(value)
  }

  /** End of a node without comments and white space after it. */
  end(node: Node): number {
    if (isCollection(node) && !node.flow) {
      const last = node.items.at(-1)
      if (last !== undefined) return isMap(node) ? this.memberEnd(last as Member) : this.end(last as Node)
    }
    if (isScalar(node) && isBlockScalar(node)) {
      const end = endOf(node)
      return this.text[end - 1] === '\n' ? end - (this.text[end - 2] === '\r' ? 2 : 1) : end
    }
    return endOf(node)
  }

  /** Offset of the dash before an item of a block list. */
  dashBefore(item: Node): number {
    const dash = this.tokens(0, startOf(item) + 1).findLast(({ text }) => text === '-')
    if (dash === undefined) throw new Error('an item without a dash')
    return dash.at
  }

  /** The line after the more deeply indented comments that begin here: they belong to what is above them. */
  belowComments(from: number, column: number): number {
    let at = from
    while (at < this.text.length && this.commentColumn(at) > column) at = this.nextLine(at)
    return at
  }

  /** The header (`|`, `>-`, `|+`) of the block scalar that is the last thing said before an offset. */
  blockBefore(offset: number): string | undefined {
    const before = this.tokens(0, offset)
    if (before.at(-1)?.text.startsWith('"') !== true) return undefined
    const header = before.slice(0, -1).findLast((token) => !isComment(token))?.text
    return header !== undefined && /^[|>]/.test(header) ? header : undefined
  }

  /** The line after what a block scalar would take for its own text, were it to end here. */
  belowBlock(from: number, column: number, header: string): number {
    let below = from
    for (let at = from; at < this.text.length; at = this.nextLine(at)) {
      if (this.commentColumn(at) > column) below = this.nextLine(at)
      else if (this.text.slice(at, this.lineEnd(at)).trim() !== '') break
      else if (header.includes('+')) below = this.nextLine(at)
    }
    return below
  }

  /** Column of a comment that fills a whole line; -1 for other lines. */
  commentColumn(lineStart: number): number {
    const match = /^( *)#/.exec(this.text.slice(lineStart, this.lineEnd(lineStart)))
    return match === null ? -1 : (match[1] ?? '').length
  }

  /** End of the colon after a name; undefined in `{ name }`. */
  colonOf(key: Node): number | undefined {
    const token = this.#tokens.find(({ at, text }) => at >= endOf(key) && text.trim() !== '' && !text.startsWith('#'))
    return token?.text === ':' ? token.end : undefined
  }
}

export function isCollection(node: unknown): node is Collection {
  return isMap(node) || isSeq(node)
}

export function isBlockScalar(node: Node): boolean {
  return isScalar(node) && (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED')
}

/** Whether nothing is written in the value's place. */
export function isNothing(node: Node): boolean {
  return isScalar(node) && node.value === null && node.source === '' && startOf(node) === endOf(node)
}

export function startOf(node: Node): number {
  return node.range?.[0] ?? 0
}

export function endOf(node: Node): number {
  return node.range?.[1] ?? 0
}

function isComment({ text }: Token): boolean {
  return text.startsWith('#')
}

/** Whether it is an anchor or a tag. */
export function isProperty({ text }: Token): boolean {
  return text.startsWith('&') || text.startsWith('!')
}

/** The plain value of a node in a valid document. */
export function plainOf(node: Node | null | undefined, document: Document): unknown {
  if (isAlias(node)) return plainOf(node.resolve(document), document)
  if (isMap(node)) {
    return Object.fromEntries((node.items as Member[]).map(({ key, value }) => [nameOf(key), plainOf(value, document)]))
  }
  if (isSeq(node)) return node.items.map((item) => plainOf(item as Node, document))
  return isScalar(node) ? node.value : null
}

export function nameOf(key: unknown): string {
  return isScalar(key) ? String(key.value) : ''
}

export function spliced(text: string, splices: readonly Splice[]): string {
  let result = text
  for (const { at, end, text: piece } of splices.toSorted((a, b) => b.at - a.at || b.end - a.end)) {
    result = result.slice(0, at) + piece + result.slice(end)
  }
  return result
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  for (const { text: lexeme, isContent } of lexemesOf(text)) {
    // Mark the content of plain scalars and blocks, so that it cannot be taken for a comment, colon or comma.
    tokens.push({ at, end: at + lexeme.length, text: isContent ? `"${lexeme}"` : lexeme })
    at += lexeme.length
  }
  return tokens
}
