import { isDeepStrictEqual } from 'node:util'
import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type YAMLMap, type YAMLSeq } from 'yaml'
import { isObject } from '../../model/json.js'
import { insertItem, insertMember } from './insert.js'
import { openUp } from './open-up.js'
import { removeItem, removeMember } from './remove.js'
import { replaceValue } from './replace.js'
import { type Member, nameOf, plainOf, Source, type Splice, spliced } from './source.js'

/**
 * A YAML text changed so that it says `wanted`. Parts that already say so stay byte for byte, and no comment is lost.
 * It changes one thing at a time and reads the text again, so edits need not know what others moved. Throws if a change
 * does not come closer to what is wanted.
 */
export function rewrite(text: string, wanted: unknown): string {
  let last = text
  for (const now of rewriting(text, wanted)) last = now
  return last
}

/** The texts after each single change; the last one says what is wanted. */
export function* rewriting(text: string, wanted: unknown): Generator<string> {
  let now = new Source(text)
  for (let left = stepsTo(now, wanted); left[0] !== undefined; ) {
    const next = changed(now, left[0]())
    const leftThen = stepsTo(next, wanted)
    if (leftThen.length >= left.length) throw new Error('an edit came no closer to what is wanted')
    now = next
    left = leftThen
    yield now.text
  }
  for (let step = openUp(now, text); step !== undefined; step = openUp(now, text)) {
    const next = changed(now, step)
    // The opened mapping must say the same, with one mapping in braces less.
    if (stepsTo(next, wanted).length > 0 || bracesIn(next) >= bracesIn(now)) {
      throw new Error('a mapping in braces cannot be opened up')
    }
    now = next
    yield now.text
  }
}

type Step = readonly Splice[]

function changed(source: Source, step: Step): Source {
  const next = new Source(spliced(source.text, step))
  if (next.document.errors.length > 0) throw new Error('an edit broke the text')
  return next
}

function bracesIn(source: Source): number {
  return [...pathsOf(source.document).keys()].filter((node) => isMap(node) && node.flow === true).length
}

/** Aliases that must differ from what they repeat. They are written out, so that each can be edited alone. */
function detachments(source: Source, wanted: unknown): (() => Step)[] {
  const paths = pathsOf(source.document)
  return [...paths].flatMap(([node, place]) => {
    if (!isAlias(node)) return []
    const target = node.resolve(source.document)
    const anchor = target === undefined ? undefined : paths.get(target)
    const value = valueAt(wanted, place.path)
    if (value === undefined || anchor === undefined) return []
    if (isDeepStrictEqual(value, valueAt(wanted, anchor.path))) return []
    return [() => replaceValue(source, { node, inFlow: place.inFlow, value })]
  })
}

interface Place {
  readonly path: readonly (string | number)[]
  readonly inFlow: boolean
}

function pathsOf(document: Document): Map<Node, Place> {
  const places = new Map<Node, Place>()
  const walk = (node: Node | null, path: readonly (string | number)[], inFlow: boolean): void => {
    if (node === null) return
    places.set(node, { path, inFlow })
    const inside = inFlow || (isMap(node) || isSeq(node) ? node.flow === true : false)
    if (isMap(node)) {
      for (const { key, value } of node.items as Member[]) walk(value, [...path, nameOf(key)], inside)
    } else if (isSeq(node)) {
      for (const [index, item] of node.items.entries()) walk(item as Node, [...path, index], inside)
    }
  }
  walk(document.contents as Node | null, [], false)
  return places
}

function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  let at = value
  for (const segment of path) {
    if (at === null || typeof at !== 'object' || !Object.hasOwn(at, segment)) return undefined
    at = (at as Record<string | number, unknown>)[segment]
  }
  return at
}

/** The differences, as steps that are worked out only when they are taken. */
interface Differences {
  readonly sets: (() => Step)[]
  readonly inserts: (() => Step)[]
  readonly removes: (() => Step)[]
}

/** All remaining steps, the most urgent first. */
function stepsTo(source: Source, wanted: unknown): readonly (() => Step)[] {
  const found: Differences = { sets: [], inserts: [], removes: [] }
  if (isMap(source.root) && isObject(wanted)) compareMaps(source, source.root, wanted, [], false, found)
  else throw new Error('a definition is a mapping')
  // Detach aliases first: an alias follows its anchor. Insert before removing, so that no mapping is empty in between.
  // Remove from the end, because an alias must go before its anchor.
  return [...detachments(source, wanted), ...found.sets, ...found.inserts, ...found.removes.reverse()]
}

function compareMaps(
  source: Source,
  map: YAMLMap,
  wanted: Record<string, unknown>,
  path: readonly string[],
  isWithinFlow: boolean,
  found: Differences,
): void {
  const inFlow = isWithinFlow || map.flow === true
  const members = map.items as Member[]
  for (const member of members) {
    const name = nameOf(member.key)
    if (!Object.hasOwn(wanted, name)) {
      found.removes.push(() => removeMember(source, map, member))
      continue
    }
    const { value: node } = member
    const value = wanted[name]
    if (isMap(node) && isObject(value)) compareMaps(source, node, value, [...path, name], inFlow, found)
    else if (isSeq(node) && Array.isArray(value) && compareLists(source, node, value, inFlow, found)) continue
    else if (!isDeepStrictEqual(plainOf(node, source.document), value)) {
      found.sets.push(() => replaceValue(source, { node, member, inFlow, value }))
    }
  }
  const names = new Set(members.map(({ key }) => nameOf(key)))
  for (const [name, value] of Object.entries(wanted)) {
    if (names.has(name)) continue
    found.inserts.push(() => insertMember(source, map, { path: [...path, name], value, inFlow }))
  }
}

/** Whether a list can be edited item by item: kept items stay in order, new items are at the end. */
function compareLists(
  source: Source,
  list: YAMLSeq,
  wanted: readonly unknown[],
  isWithinFlow: boolean,
  found: Differences,
): boolean {
  const items = list.items as Node[]
  const kept = items.filter((item) => wanted.includes(plainOf(item, source.document)))
  const values = kept.map((item) => plainOf(item, source.document))
  if (!isDeepStrictEqual(values, wanted.slice(0, values.length)) || items.length === 0) return false
  for (const item of items) if (!kept.includes(item)) found.removes.push(() => removeItem(source, list, item))
  const inFlow = isWithinFlow || list.flow === true
  for (const value of wanted.slice(values.length)) {
    found.inserts.push(() => insertItem(source, list, { value, inFlow, isJson: items.some(isDoubleQuoted) }))
  }
  return true
}

function isDoubleQuoted(node: Node): boolean {
  return isScalar(node) && node.type === 'QUOTE_DOUBLE'
}
