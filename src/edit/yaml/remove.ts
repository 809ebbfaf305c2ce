import { isMap, type Node, type YAMLMap, type YAMLSeq } from 'yaml'
import { type Collection, endOf, type Member, type Source, type Splice, startOf } from './source.js'

/** Removes a member from a mapping. Comments inside it stay, on lines of their own. */
export function removeMember(source: Source, map: YAMLMap, member: Member): Splice[] {
  if (map.flow) return [removeFromFlow(source, map, member)]
  return [removeLines(source, source.memberStart(member), source.memberEnd(member))]
}

export function removeItem(source: Source, list: YAMLSeq, item: Node): Splice[] {
  if (list.flow) return [removeFromFlow(source, list, item)]
  return [removeLines(source, source.dashBefore(item), source.end(item))]
}

function removeLines(source: Source, start: number, end: number): Splice {
  const { text, eol } = source
  if (!source.isFirstOnLine(source.text[start] === '-' ? start : firstOnLine(source, start))) {
    throw new Error('what is to go does not begin its line')
  }
  const at = source.lineStart(start)
  const indent = source.indentAt(start)
  const below = source.belowComments(source.nextLine(end), indent.length)
  const block = source.blockBefore(at)
  const after = block === undefined ? below : source.belowBlock(below, indent.length, block)
  const kept = source.comments(start, after).map((comment) => `${indent}${comment.text}`)
  const isOpen = after === text.length && !text.endsWith('\n')
  if (!isOpen) return { at, end: after, text: kept.map((line) => `${line}${eol}`).join('') }
  // The last line had no line end, so the new last line has none.
  if (kept.length > 0) return { at, end: after, text: kept.join(eol) }
  return { at: text.slice(0, at).endsWith('\r\n') ? at - 2 : Math.max(0, at - 1), end: after, text: '' }
}

/** An anchor or a tag may stand before a name. */
function firstOnLine(source: Source, start: number): number {
  return source.tokens(source.lineStart(start), start).find(({ text }) => text !== '?')?.at ?? start
}

function removeFromFlow(source: Source, collection: Collection, item: Member | Node): Splice {
  const items = collection.items as (Member | Node)[]
  const isMember = isMap(collection)
  const starts = (one: Member | Node) => (isMember ? source.memberStart(one as Member) : startOf(one as Node))
  const ends = (one: Member | Node) => (isMember ? source.memberEnd(one as Member) : source.end(one as Node))
  const index = items.indexOf(item)
  const [previous, next] = [items[index - 1], items[index + 1]]
  const start = starts(item)
  const end = ends(item)
  const limit = next === undefined ? endOf(collection) - 1 : starts(next)
  const comma = source.tokens(end, limit).find(({ text }) => text === ',')
  const last = comma?.end ?? end
  const inside = source.comments(start, last).map(({ text }) => text)
  if (inside.length === 0 && next !== undefined && source.comments(end, limit).length === 0) {
    return { at: start, end: limit, text: '' }
  }
  if (inside.length === 0 && next === undefined && comma === undefined && previous !== undefined) {
    if (source.comments(ends(previous), start).length === 0) return { at: ends(previous), end, text: '' }
  }
  const newLine = `${source.eol}${source.indentInFlow(start)}`
  const gap = inside.length > 0 && !/\s/.test(source.text[start - 1] ?? ' ') ? ' ' : ''
  const kept = gap + inside.map((comment) => `${comment}${newLine}`).join('')
  return { at: start, end: last, text: kept }
}
