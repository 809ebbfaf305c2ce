import type { Leaf } from '../model/leaves.js'
import type { Plan } from '../model/plan.js'
import type { FlowVersion } from '../model/resources.js'
import type { FlowDeploymentSummary } from '../model/schema-types.js'

/** A flow by what last changed its fields. */
export interface BlamedFlow {
  readonly environment: string
  readonly livemode: boolean
  readonly id: string
  readonly key: string
  readonly version: number
  /** What keeps the flow from its definition, as a plan says it; null for nothing. */
  readonly conflict: Plan['conflicts'][number] | null
  readonly source: { readonly file: string; readonly line: number } | null
  /** In the order of a definition. */
  readonly fields: readonly BlamedField[]
}

export interface BlamedField {
  /** JSON Pointer. */
  readonly path: string
  readonly value: Leaf
  /** What the definition says where that is something else; left out where it says the same, or there is none. */
  readonly defined?: Leaf
  readonly line: number | null
  /** The version that last changed the field, or the one that the flow began with. */
  readonly changed: Pick<FlowVersion, 'version' | 'action' | 'actor' | 'created'>
  /** The deployment that made that version; null for an edit outside git. */
  readonly deployment: Pick<FlowDeploymentSummary, 'id' | 'source'> | null
}

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
