import { isScalar, type Node } from 'yaml'
import {
  endOf,
  isBlockScalar,
  isCollection,
  isNothing,
  isProperty,
  type Member,
  type Source,
  type Splice,
  startOf,
} from './source.js'
import { blockScalarText, inlineText, type Spelling } from './write-value.js'

export interface Replacement {
  readonly node: Node | null
  /** The member that has this value; none for an item of a list. */
  readonly member?: Member
  readonly inFlow: boolean
  readonly value: unknown
}

/** Replaces a value, in the same quotes. Keeps anchor, tag and every comment. */
export function replaceValue(source: Source, replacement: Replacement): Splice[] {
  const { node, member, inFlow, value } = replacement
  const text = inlineText(value, { inFlow, ...spellingOf(node, member) })
  if (node === null || isNothing(node)) return fillIn(source, member, node, text)
  if (isBlockScalar(node)) return [replaceBlockScalar(source, node, value, text)]
  if (isCollection(node) && !node.flow) return [replaceBlock(source, node, member, text)]
  return replaceInline(source, node, text)
}

function spellingOf(node: Node | null, member: Member | undefined): Omit<Spelling, 'inFlow'> {
  const quotes = isScalar(node) && typeof node.value === 'string' ? node.type : undefined
  const isJson = member !== undefined && isScalar(member.key) && member.key.type === 'QUOTE_DOUBLE'
  return {
    isJson,
    ...((quotes === 'QUOTE_DOUBLE' || quotes === 'QUOTE_SINGLE') && { quotes }),
  }
}

/** Fills in a value after `key:` with nothing behind it. */
function fillIn(source: Source, member: Member | undefined, node: Node | null, text: string): Splice[] {
  if (member === undefined) throw new Error('an item of a list without a value')
  const colon = source.colonOf(member.key)
  if (colon === undefined) return [insertion(endOf(member.key), `: ${text}`)]
  const property = node === null ? undefined : source.tokens(colon, startOf(node) + 1).findLast(isProperty)
  return [insertion(property?.end ?? colon, ` ${text}`)]
}

function replaceBlockScalar(source: Source, node: Node, value: unknown, inline: string): Splice {
  const [at, end] = [startOf(node), endOf(node)]
  const comment = source.comments(at, source.lineEnd(at))[0]
  const note = comment === undefined ? '' : ` ${comment.text}`
  const old = source.text.slice(at, end)
  // Blank lines after a block belong to what follows, unless "|+" makes them part of the block.
  const tail = /(?:\r?\n[ ]*)*$/.exec(old)?.[0] ?? ''
  const indent = /\n( +)\S/.exec(old)?.[1] ?? '  '
  const block = typeof value === 'string' ? blockScalarText(value, indent) : undefined
  if (block === undefined) return { at, end, text: `${inline}${note}${tail}` }
  const isFolded = isScalar(node) && node.type === 'BLOCK_FOLDED' && !/\n./.test(String(value))
  const [header = '', ...lines] = block.split('\n')
  const body = lines.slice(0, -1).join(source.eol)
  return { at, end, text: `${isFolded ? header.replace('|', '>') : header}${note}${source.eol}${body}${tail}` }
}

/** Replaces a mapping or list on lines of its own by a value on the line of its name. */
function replaceBlock(source: Source, node: Node, member: Member | undefined, text: string): Splice {
  if (member === undefined) throw new Error('a block within a list')
  const colon = source.colonOf(member.key) ?? endOf(member.key)
  const at = source.tokens(colon, startOf(node)).findLast(isProperty)?.end ?? colon
  // Include the comment beside its last line, which would run into another one.
  const end = source.comments(source.end(node), source.lineEnd(source.end(node)))[0]?.end ?? source.end(node)
  const indent = source.indentAt(source.memberStart(member))
  const comments = source.comments(at, end)
  const beside = comments.filter((comment) => comment.at < source.lineEnd(at)).map((comment) => ` ${comment.text}`)
  const below = comments
    .filter((comment) => comment.at >= source.lineEnd(at))
    .map((comment) => `${source.eol}${indent}${comment.text}`)
  return { at, end, text: ` ${text}${beside.join('')}${below.join('')}` }
}

function replaceInline(source: Source, node: Node, text: string): Splice[] {
  const [at, end] = [startOf(node), endOf(node)]
  const lineEnd = source.lineEnd(end)
  const indent = source.indentAt(at)
  const moved = source.comments(at, end).map((comment) => `${source.eol}${indent}${comment.text}`)
  return [{ at, end, text }, ...(moved.length > 0 ? [insertion(lineEnd, moved.join(''))] : [])]
}

export function insertion(at: number, text: string): Splice {
  return { at, end: at, text }
}
