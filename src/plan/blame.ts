import type { FlowVersion } from '../model/resources.js'

/** Which version last changed a field; of one that never changed, the version that the flow began with. */
export type Blame = ReadonlyMap<string, FlowVersion>

/**
 * Finds for each field, by JSON Pointer, the version that last changed it. Versions are shown to it one by one, the
 * newest first, so that a flow of any age takes the room of its fields.
 */
export function blame(paths: Iterable<string>): {
  /** Looks at the next older version. True once nothing is left to find: older ones need not be shown. */
  see(version: FlowVersion): boolean
  found(): Blame
} {
  const open = new Set(paths)
  const found = new Map<string, FlowVersion>()
  let oldest: FlowVersion | undefined
  return {
    see(version) {
      oldest = version
      for (const path of version.changed) if (open.delete(path)) found.set(path, version)
      return open.size === 0
    },
    found() {
      for (const path of open) if (oldest !== undefined) found.set(path, oldest)
      return found
    },
  }
}
