import { type Document, isAlias, isMap, isPair, isScalar, isSeq, type Node, type YAMLMap } from 'yaml'
import type { DiagnosticCode } from '../model/diagnostic.js'

/** Limit of values that aliases may repeat in one file: far more than a flow needs, and too few to hurt. */
const ALIASED_VALUES = 10_000
/** Deepest nesting allowed; a flow has four levels. */
const DEEPEST = 64

/** What is wrong at an offset of the text. `ends`: the value is not reliable enough for further checks. */
export interface Fault {
  readonly code: DiagnosticCode
  readonly message: string
  readonly hint?: string
  readonly offset: number
  readonly ends?: true
  readonly relatedOffset?: number
}

interface Anchor {
  readonly value: unknown
  readonly size: number
}

/**
 * The plain value of a document, and what YAML permits but a definition does not. It replaces the library's conversion
 * because it sees every key once. It finds repeated keys in linear time (the library compares each with each), and
 * alias bombs by counting instead of expanding.
 */
export function toValue(document: Document): { value: unknown; faults: Fault[] } {
  const conversion = new Conversion()
  const value = document.contents === null ? null : conversion.node(document.contents as Node, 0)
  return { value, faults: conversion.faults }
}

class Conversion {
  readonly faults: Fault[] = []
  readonly #anchors = new Map<string, Anchor | 'open'>()
  #aliased = 0
  #size = 0

  node(node: Node, depth: number): unknown {
    if (isAlias(node)) return this.#alias(node.source, offsetOf(node))
    const anchor = (node as { anchor?: string }).anchor
    if (anchor === undefined) return this.#plain(node, depth)
    const before = this.#size
    this.#anchors.set(anchor, 'open')
    const value = this.#plain(node, depth)
    this.#anchors.set(anchor, { value, size: this.#size - before })
    return value
  }

  #plain(node: Node, depth: number): unknown {
    this.#size += 1
    if (isScalar(node)) return typeof node.value === 'string' ? ownText(node.value) : node.value
    if (depth === DEEPEST) {
      this.faults.push({
        code: 'YAML_SYNTAX',
        message: `values are nested more than ${DEEPEST} levels deep`,
        offset: offsetOf(node),
        ends: true,
      })
      return null
    }
    if (isMap(node)) return this.#mapping(node, depth)
    if (isSeq(node)) return node.items.map((item) => this.node(item as Node, depth + 1))
    return null
  }

  #mapping(map: YAMLMap, depth: number): Record<string, unknown> {
    const object: Record<string, unknown> = {}
    const seen = new Map<string, number>()
    for (const { key, value } of map.items) {
      const offset = offsetOf(key as Node)
      if (!isScalar(key) || typeof key.value !== 'string') {
        this.faults.push(keyFault(key, offset))
        continue
      }
      const name = key.value
      if (name === '<<' && key.type === 'PLAIN') {
        this.faults.push({
          code: 'YAML_MERGE_KEY',
          message: 'merge keys (<<) are not part of YAML 1.2',
          hint: 'write the fields out, or use "environments" for what differs',
          offset,
        })
        continue
      }
      const first = seen.get(name)
      if (first !== undefined) {
        this.faults.push({
          code: 'YAML_DUPLICATE_KEY',
          message: `${JSON.stringify(name)} stands in this mapping twice`,
          hint: 'remove one of the two',
          offset,
          relatedOffset: first,
        })
      } else seen.set(name, offset)
      const converted = isNode(value) ? this.node(value, depth + 1) : null
      if (first !== undefined) continue
      // Assigning to __proto__ would set the prototype, not a member.
      if (name === '__proto__') {
        Object.defineProperty(object, name, { value: converted, enumerable: true, configurable: true, writable: true })
      } else object[name] = converted
    }
    return object
  }

  #alias(name: string, offset: number): unknown {
    const anchor = this.#anchors.get(name)
    const fault = (message: string, hint: string) => {
      this.faults.push({ code: 'YAML_ALIASES', message, hint, offset, ends: true })
      return null
    }
    if (anchor === undefined)
      return fault(`no anchor &${name} stands before this alias`, 'a string that begins with * needs quotes')
    if (anchor === 'open') return fault(`the alias *${name} stands inside of what it repeats`, 'write the value out')
    this.#size += anchor.size
    const within = this.#aliased <= ALIASED_VALUES
    this.#aliased += anchor.size
    if (this.#aliased <= ALIASED_VALUES) return anchor.value
    // One report is enough: everything after it is over the limit too.
    return within ? fault(`aliases repeat more than ${ALIASED_VALUES} values`, 'write the values out') : null
  }
}

function keyFault(key: unknown, offset: number): Fault {
  const plain = isScalar(key) && key.value !== null
  return {
    code: 'YAML_KEY',
    message: plain
      ? `the key ${String(key.value)} is a ${typeof key.value}, not a string`
      : 'this key is not a plain string',
    hint: plain ? `write "${(key.source ?? String(key.value)).slice(0, 60)}", with quotes` : 'keys are names of fields',
    offset,
  }
}

/**
 * The same text by itself. A longer text that was cut out of a file keeps all of that file in memory, and a plan holds the
 * names of a hundred thousand files.
 */
function ownText(text: string): string {
  return text.length < SHORTEST_CUT ? text : JSON.parse(JSON.stringify(text))
}

/** In characters: V8 copies what is shorter. */
const SHORTEST_CUT = 13

function isNode(value: unknown): value is Node {
  return value !== null && typeof value === 'object' && !isPair(value)
}

export function offsetOf(node: Node | null | undefined): number {
  return node?.range?.[0] ?? 0
}
