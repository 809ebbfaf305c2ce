import { isMap, isScalar, type Node, type YAMLMap } from 'yaml'
import { insertion } from './replace.js'
import { endOf, isProperty, type Member, type Source, type Splice, startOf } from './source.js'
import { WIDTH } from './write-value.js'

/**
 * Puts the members of a mapping in braces onto lines of their own, where edits have made its line too long; its values
 * stay as they are spelled. Undefined where there is none. Lines that `before` had, and an author who writes lines as
 * long as that, are left alone.
 */
export function openUp(source: Source, before: string): readonly Splice[] | undefined {
  const lines = before.split(/\r?\n/)
  const limit = Math.max(WIDTH, ...lines.filter((line) => /^[^#]*\{/.test(line)).map(({ length }) => length))
  const isTooLong = (at: number) => {
    const line = source.text.slice(source.lineStart(at), source.lineEnd(at))
    return line.length > limit && !lines.includes(line)
  }
  const member = isMap(source.root) ? longMember(source, source.root, isTooLong) : undefined
  return member && opened(source, member)
}

interface FlowMember {
  readonly member: Member
  readonly map: YAMLMap
}

/** The first member of block mappings whose value is a mapping on one line, and that line too long. */
function longMember(source: Source, map: YAMLMap, isTooLong: (at: number) => boolean): FlowMember | undefined {
  if (map.flow) return undefined
  for (const member of map.items as Member[]) {
    const { value } = member
    if (!isMap(value)) continue
    if (value.flow && isTooLong(startOf(value)) && canOpen(source, member, value)) return { member, map: value }
    const inner = longMember(source, value, isTooLong)
    if (inner !== undefined) return inner
  }
  return undefined
}

/** Only what is spelled plainly: anchors and tags may stand where lines give them another meaning. */
function canOpen(source: Source, { key }: Member, map: YAMLMap): boolean {
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
