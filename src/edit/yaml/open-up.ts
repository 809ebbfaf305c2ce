import { isMap, isScalar, type Node, type YAMLMap } from 'yaml'
import { toPointer } from '../../model/json-pointer.js'
import { insertion } from './replace.js'
import { endOf, isProperty, type Member, nameOf, Source, type Splice, startOf } from './source.js'
import { WIDTH } from './write-value.js'

/**
 * Puts the members of a mapping in braces onto lines of their own, if edits made its line too long. Values keep their
 * spelling. Undefined if there is no such mapping. Lines as long as the author's longest are fine. A line of `before`
 * that was already too long also stays, even with new values, until it gets new members.
 */
export function openUp(source: Source, before: string): readonly Splice[] | undefined {
  const lines = before.split(/\r?\n/)
  const limit = Math.max(WIDTH, ...lines.filter((line) => /^[^#]*\{/.test(line)).map(({ length }) => length))
  const was = new Source(before)
  const long = new Map(
    membersInBraces(was, was.root)
      .filter(({ map }) => lineOf(was, map).length > WIDTH)
      .map(({ path, map }) => [path, new Set(namesIn(map))]),
  )
  const isTooLong = ({ path, map }: FlowMember) => {
    const line = lineOf(source, map)
    if (line.length <= limit || lines.includes(line)) return false
    const names = long.get(path)
    return names === undefined || namesIn(map).some((name) => !names.has(name))
  }
  const found = membersInBraces(source, source.root).find((one) => isTooLong(one) && canOpen(source, one))
  return found && opened(source, found)
}

interface FlowMember {
  /** JSON Pointer of the member. */
  readonly path: string
  readonly member: Member
  readonly map: YAMLMap
}

/** Members of block mappings whose values are mappings in braces, from top to bottom. */
function membersInBraces(source: Source, map: Node | null, above = ''): FlowMember[] {
  if (!isMap(map) || map.flow) return []
  return (map.items as Member[]).flatMap((member): FlowMember[] => {
    const { key, value } = member
    if (!isMap(value)) return []
    const path = above + toPointer([nameOf(key)])
    return value.flow ? [{ path, member, map: value }] : membersInBraces(source, value, path)
  })
}

function namesIn(map: YAMLMap, above = ''): string[] {
  return (map.items as Member[]).flatMap(({ key, value }) => {
    const path = above + toPointer([nameOf(key)])
    return isMap(value) ? [path, ...namesIn(value, path)] : [path]
  })
}

function lineOf(source: Source, map: YAMLMap): string {
  const at = startOf(map)
  return source.text.slice(source.lineStart(at), source.lineEnd(at))
}

/** Only plain spellings: on lines of their own, anchors and tags may get another meaning. */
function canOpen(source: Source, { member: { key }, map }: FlowMember): boolean {
  const [start, end] = [source.lineStart(startOf(key)), endOf(map)]
  const colon = source.colonOf(key)
  if (colon === undefined || map.items.length === 0 || end > source.lineEnd(start)) return false
  if (!source.isFirstOnLine(startOf(key)) || source.text.slice(colon, startOf(map)).trim() !== '') return false
  if (source.tokens(start, end).some((token) => isProperty(token) || /^[*?]/.test(token.text))) return false
  return (map.items as Member[]).every(({ key: name, value }) => {
    return isScalar(name) && value !== null && source.colonOf(name) !== undefined
  })
}

function opened(source: Source, { member, map }: FlowMember): Splice[] {
  const { eol } = source
  const indent = `${source.indentAt(startOf(member.key))}  `
  const textOf = (node: Node) => source.text.slice(startOf(node), source.end(node))
  const lines = (map.items as Member[]).map(({ key, value }) => `${indent}${textOf(key)}: ${textOf(value as Node)}`)
  const colon = source.colonOf(member.key) ?? endOf(member.key)
  return [
    { at: colon, end: endOf(map), text: '' },
    insertion(source.lineEnd(endOf(map)), lines.map((line) => `${eol}${line.trimEnd()}`).join('')),
  ]
}
