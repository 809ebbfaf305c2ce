import type { Flows } from './flows.js'

/** What a decision on a flow rests on. */
export interface Known {
  readonly project: string
  /** Names where Terraform keeps the state: see state-place.ts. */
  readonly place: string
  readonly flows: Flows
}
