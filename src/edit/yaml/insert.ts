import { isMap, isScalar, type Node, type YAMLMap, type YAMLSeq } from 'yaml'
import { DEFINITION_ORDER } from '../../load/format.js'
import { isObject } from '../../model/json.js'
import { insertion } from './replace.js'
import { type Collection, endOf, type Member, type Source, type Splice, startOf } from './source.js'
import { inlineText, keyText, memberLines } from './write-value.js'

interface NewMember {
  /** Path from the root of the definition; the last part is its name. */
  readonly path: readonly string[]
  readonly value: unknown
  readonly inFlow: boolean
}

/** Adds a member to a mapping at its place in the standard layout. */
export function insertMember(source: Source, map: YAMLMap, { path, value: given, inFlow }: NewMember): Splice[] {
  const value = inOrder(given, path)
  const members = map.items as Member[]
  const isJson = members.length > 0 && members.every(({ key }) => isScalar(key) && key.type === 'QUOTE_DOUBLE')
  const before = memberBefore(members, path)
  if (!inFlow) return [insertLines(source, map, before, (indent) => memberLines(path, value, indent, isJson))]
  const text = `${keyText(path.at(-1) ?? '', { isJson })}: ${inlineText(value, { inFlow: true, isJson })}`
  return insertInFlow(source, map, before, text)
}

/** Adds an item at the end of a list that is not empty. */
export function insertItem(
  source: Source,
  list: YAMLSeq,
  { value, inFlow, isJson }: { readonly value: unknown; readonly inFlow: boolean; readonly isJson: boolean },
): Splice[] {
  const text = inlineText(value, { inFlow, isJson })
  const last = list.items.length - 1
  if (inFlow) return insertInFlow(source, list, last, text)
  return [insertLines(source, list, last, (indent) => [`${indent}- ${text}`])]
}

/** Index of the member that the new one follows; -1 for the first place. */
function memberBefore(members: readonly Member[], path: readonly string[]): number {
  const rank = rankAt(path.slice(0, -1))
  const own = rank(path.at(-1) ?? '')
  return members.findLastIndex(({ key }) => rank(isScalar(key) ? String(key.value) : '') <= own)
}

/** A value whose members, at every level, are in the order of the standard layout. */
function inOrder(value: unknown, path: readonly string[]): unknown {
  if (!isObject(value)) return value
  const rank = rankAt(path)
  const members = Object.entries(value).toSorted(([a], [b]) => rank(a) - rank(b))
  return Object.fromEntries(members.map(([name, member]) => [name, inOrder(member, [...path, name])]))
}

/** Ranks of members in the mapping at a path; all equal if the author chooses the order. */
function rankAt(path: readonly string[]): (name: string) => number {
  let order: typeof DEFINITION_ORDER | null | undefined = DEFINITION_ORDER
  const inBody = path[0] === 'environments' && path.length >= 2 ? path.slice(2) : path
  for (const name of inBody) order = order?.[name]
  const names = Object.keys(order ?? {})
  return (name) => (names.includes(name) ? names.indexOf(name) : names.length)
}

function insertLines(
  source: Source,
  collection: Collection,
  before: number,
  linesFor: (indent: string) => readonly string[],
): Splice {
  const { text, eol } = source
  const first = collection.items[0]
  if (first === undefined) throw new Error('a block without members')
  const start = isMap(collection) ? source.memberStart(first as Member) : source.dashBefore(first as Node)
  const indent = ' '.repeat(start - source.lineStart(start))
  const written = linesFor(indent)
    .map((line) => `${line}${eol}`)
    .join('')
  const item = collection.items[before]
  if (item === undefined) return insertion(aboveComments(source, start, indent), written)
  const end = isMap(collection) ? source.memberEnd(item as Member) : source.end(item as Node)
  const at = source.belowComments(source.nextLine(end), indent.length)
  // If the last line has no line end, the new last line has none either.
  const isOpen = at === text.length && !text.endsWith('\n')
  return insertion(at, isOpen ? `${eol}${written.slice(0, -eol.length)}` : written)
}

/** A comment directly above a member belongs to it. */
function aboveComments(source: Source, start: number, indent: string): number {
  if (!source.isFirstOnLine(start)) throw new Error('the first member does not begin its line')
  let at = source.lineStart(start)
  while (at > 0 && source.commentColumn(source.lineStart(at - 1)) === indent.length) at = source.lineStart(at - 1)
  return at
}

function insertInFlow(source: Source, collection: Collection, before: number, text: string): Splice[] {
  const { items } = collection
  const first = items[0]
  const open = startOf(collection) + 1
  const close = endOf(collection) - 1
  if (first === undefined) {
    const isBlank = source.text.slice(open, close).trim() === ''
    return [isBlank ? { at: open, end: close, text: ` ${text} ` } : insertion(open, ` ${text} `)]
  }
  const starts = (item: unknown) => (isMap(collection) ? source.memberStart(item as Member) : startOf(item as Node))
  const ends = (item: unknown) => (isMap(collection) ? source.memberEnd(item as Member) : source.end(item as Node))
  const isOnLines = source.isFirstOnLine(starts(first)) && source.lineStart(starts(first)) > startOf(collection)
  const newLine = `${source.eol}${source.indentAt(starts(first))}`
  const item = items[before]
  if (item === undefined) return [insertion(starts(first), isOnLines ? `${text},${newLine}` : `${text}, `)]
  const end = ends(item)
  const next = items[before + 1]
  const rest = source.tokens(end, next === undefined ? close : starts(next))
  const comma = rest.find((token) => token.text === ',')
  const lineEnd = source.lineEnd(comma?.end ?? end)
  const isLineFree = lineEnd <= (next === undefined ? close : starts(next))
  if (!isOnLines || !isLineFree) return [insertion(end, `, ${text}`)]
  if (comma !== undefined) return [insertion(lineEnd, `${newLine}${text},`)]
  return lineEnd === end
    ? [insertion(end, `,${newLine}${text}`)]
    : [insertion(end, ','), insertion(lineEnd, `${newLine}${text}`)]
}
