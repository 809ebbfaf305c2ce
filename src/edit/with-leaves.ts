import { type FlowConfig, normalise } from '../model/flow.js'
import { fromPointer } from '../model/json-pointer.js'
import { leavesOf } from '../model/leaves.js'

/** A configuration with some fields (JSON Pointers) taken from another one, without options that its type lacks. */
export function withLeaves(config: FlowConfig, other: FlowConfig, paths: readonly string[]): FlowConfig {
  const leaves = leavesOf(other)
  const merged = structuredClone(config) as unknown as Record<string, unknown>
  for (const path of paths) {
    if (path.startsWith('/options/document/') && config.type !== 'document') continue
    const segments = fromPointer(path)
    const name = segments.pop() ?? ''
    let at = merged
    for (const segment of segments) at = at[segment] as Record<string, unknown>
    if (leaves.has(path)) at[name] = leaves.get(path)
    else delete at[name]
  }
  return normalise(merged as unknown as FlowConfig)
}
