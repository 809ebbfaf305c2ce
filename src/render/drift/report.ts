import type { DriftedFlow } from '../../plan/drift.js'

/** What `flows drift` found, as every form of it needs it. */
export interface DriftReport {
  readonly project: string
  readonly environment: string
  readonly livemode: boolean
  /** Active flows that the project manages. */
  readonly managed: number
  readonly flows: readonly DriftedFlow[]
}
