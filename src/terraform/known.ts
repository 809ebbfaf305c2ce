import type { Flows } from './flows.js'
import type { Journal } from './journal.js'

/** What a decision on a flow rests on. */
export interface Known {
  readonly project: string
  /** Names where Terraform keeps the state: see state-place.ts. */
  readonly place: string
  readonly journal: Journal
  readonly flows: Flows
}
