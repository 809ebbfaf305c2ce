import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from 'yaml'
import { fromPointer } from '../model/json-pointer.js'
import { Lines } from './lines.js'
import { offsetWithin } from './offset-within.js'
import { parseNodes } from './parse.js'
import { offsetOf } from './to-value.js'

interface Place {
  readonly line: number
  readonly column: number
}

/** Finds the places of values and keys in a text, by JSON Pointer. */
export class SourceMap {
  readonly #text: string
  readonly #document: Document
  readonly #lines: Lines
  readonly #indexes = new Map<YAMLMap, ReadonlyMap<string, Pair>>()

  constructor(text: string) {
    this.#text = text
    this.#document = parseNodes(text)
    this.#lines = new Lines(text)
  }

  /** The key of a member, or the item of a list; undefined if the text has neither. */
  key(pointer: string): Place | undefined {
    const found = this.#find(pointer)
    return found === undefined ? undefined : this.#lines.at(offsetOf(found.key ?? found.value))
  }

  /**
   * The value, or its key if nothing is written after it. For a missing value: the first key of the nearest mapping
   * that exists.
   */
  value(pointer: string): Place {
    const segments = fromPointer(pointer)
    const found = this.#find(pointer)
    if (found !== undefined) {
      const { key, value } = found
      const written =
        value !== undefined && !(isScalar(value) && value.source === '' && value.range?.[0] === value.range?.[1])
      return this.#lines.at(offsetOf(written ? value : (key ?? value)))
    }
    if (segments.length === 0) return { line: 1, column: 1 }
    const parent = this.#find(pointer.slice(0, pointer.lastIndexOf('/')))
    if (parent === undefined) return this.value(pointer.slice(0, pointer.lastIndexOf('/')))
    const first = isMap(parent.value) ? (parent.value.items[0]?.key as Node | undefined) : undefined
    return this.#lines.at(offsetOf(first ?? parent.value ?? parent.key))
  }

  /** A character of a string, by its offset in the value: its place in the text, whatever the spelling. */
  within(pointer: string, offset: number): Place {
    const node = this.#target(this.#find(pointer)?.value)
    if (!isScalar(node) || typeof node.value !== 'string') return this.value(pointer)
    return this.#lines.at(offsetWithin(this.#text, node, offset))
  }

  /** Whether the text says null here. */
  isNull(pointer: string): boolean {
    const value = this.#target(this.#find(pointer)?.value)
    return isScalar(value) && value.value === null
  }

  /** Line of the first of these root keys in the text; 1 if there are none. */
  firstLine(names: readonly string[]): number {
    const root = this.#document.contents
    if (!isMap(root)) return 1
    const first = root.items.find(({ key }) => isScalar(key) && names.includes(String(key.value))) ?? root.items[0]
    return first === undefined ? 1 : this.#lines.at(offsetOf(first.key as Node)).line
  }

  #find(pointer: string): { key?: Node; value?: Node } | undefined {
    const root = this.#document.contents as Node | null
    if (root === null) return undefined
    let found: { key?: Node; value?: Node } = { value: root }
    for (const segment of fromPointer(pointer)) {
      const parent = this.#target(found.value)
      if (isMap(parent)) {
        const pair = this.#members(parent).get(segment)
        if (pair === undefined) return undefined
        found = { key: pair.key as Node, ...(pair.value !== null && { value: pair.value as Node }) }
      } else if (isSeq(parent) && parent.items[Number(segment)] !== undefined) {
        found = { value: parent.items[Number(segment)] as Node }
      } else return undefined
    }
    return found
  }

  /** Members by name. A repeated name means its first member, as in the value. */
  #members(map: YAMLMap): ReadonlyMap<string, Pair> {
    const known = this.#indexes.get(map)
    if (known !== undefined) return known
    const members = new Map<string, Pair>()
    for (const pair of map.items) {
      if (isScalar(pair.key) && typeof pair.key.value === 'string' && !members.has(pair.key.value)) {
        members.set(pair.key.value, pair)
      }
    }
    this.#indexes.set(map, members)
    return members
  }

  /** The node that an alias repeats: a fault inside it is at the anchor. */
  #target(node: Node | undefined): Node | undefined {
    return isAlias(node) ? node.resolve(this.#document) : node
  }
}
