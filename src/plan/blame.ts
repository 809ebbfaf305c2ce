import type { Leaf } from '../model/leaves.js'
import type { Field, Plan } from '../model/plan.js'
import type { FlowVersion } from '../model/resources.js'
import type { FlowDeploymentSummary } from '../model/schema-types.js'

/** A flow, with the version that last changed each field. */
export interface BlamedFlow {
  readonly environment: string
  readonly livemode: boolean
  readonly id: string
  readonly key: string
  readonly version: number
  /** What keeps the flow from its definition, as a plan says it; null if nothing does. */
  readonly conflict: Plan['conflicts'][number] | null
  readonly source: { readonly file: string; readonly line: number } | null
  /** In the order in which a definition lists them. */
  readonly fields: readonly BlamedField[]
}

export interface BlamedField {
  /** JSON Pointer. */
  readonly path: string
  readonly value: Leaf
  /** The definition's value if it differs; left out if it is the same, or if there is no definition. */
  readonly defined?: Leaf
  /** Line that sets it, in the definition unless `file` names a base. */
  readonly line: number | null
  readonly file?: Field['file']
  readonly variable?: Field['variable']
  /** The version that last changed the field, or the one that the flow began with. */
  readonly changed: Pick<FlowVersion, 'version' | 'action' | 'actor' | 'created'>
  /** The deployment that made that version; null for an edit outside git. */
  readonly deployment: Pick<FlowDeploymentSummary, 'id' | 'source'> | null
}

/** The version that last changed each field; for a field that never changed, the version that the flow began with. */
export type Blame = ReadonlyMap<string, FlowVersion>

/**
 * Finds for each field, by JSON Pointer, the version that last changed it. The caller shows versions one by one, newest
 * first, so memory grows with the number of fields and not with the flow's age.
 */
export function blame(paths: Iterable<string>): {
  /** Looks at the next older version. True once nothing is left to find; the rest need not be shown. */
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
