import type { DriftedFlow } from '../../plan/drift.js'
import type { Left } from '../../plan/left.js'

/** What `flows drift` found, as every form of it needs it. */
export interface DriftReport {
  readonly project: string
  readonly environment: string
  readonly livemode: boolean
  /** Active flows that the project manages. */
  readonly managed: number
  /** Each with why `flows pull` leaves it, or some of it; null where it writes all of it. */
  readonly flows: readonly (DriftedFlow & { readonly left: Left | null })[]
}
