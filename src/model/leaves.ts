import { compareText } from './canonical.js'
import { EVERY_FIELD, type FlowConfig } from './flow.js'
import { toPointer } from './json-pointer.js'
import type { Field } from './plan.js'

/** A value that can differ on its own. A set is one value; so is null. */
export type Leaf = Field['before']

/** One text for each pointer, since a plan of many flows keeps each of them for each of its flows. */
const KNOWN = new Map<string, string>()

/** Every leaf of a configuration, by JSON Pointer. */
export function leavesOf(config: FlowConfig | null): ReadonlyMap<string, Leaf> {
  const leaves = new Map<string, Leaf>()
  if (config) collect(config, [], leaves)
  return leaves
}

function collect(value: unknown, path: readonly string[], leaves: Map<string, Leaf>): void {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    const pointer = toPointer(path)
    leaves.set(KNOWN.get(pointer) ?? pointer, value as Leaf) // the schema has no other kind of leaf
    return
  }
  for (const [name, member] of Object.entries(value)) collect(member, [...path, name], leaves)
}

/** Compares JSON Pointers by the order in which a definition lists its fields; metadata by key. */
export function byDefinitionOrder(a: string, b: string): number {
  return rank(a) - rank(b) || compareText(a, b)
}

const METADATA = '/metadata/'
const DEFINITION_ORDER: ReadonlyMap<string, number> = new Map(
  [...leavesOf({ ...EVERY_FIELD, metadata: { any: 'any' } }).keys()].map((path, index) => [
    path.startsWith(METADATA) ? METADATA : path,
    index,
  ]),
)

for (const path of DEFINITION_ORDER.keys()) KNOWN.set(path, path)

function rank(path: string): number {
  return DEFINITION_ORDER.get(path.startsWith(METADATA) ? METADATA : path) ?? DEFINITION_ORDER.size
}
