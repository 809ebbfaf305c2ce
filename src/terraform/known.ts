import type { Flows } from './flows.js'
import type { Journal } from './journal.js'

/** What decisions about a flow are based on. */
export interface Known {
  readonly project: string
  /** Names the place of Terraform's state: see state-place.ts. */
  readonly place: string
  readonly journal: Journal
  readonly flows: Flows
}
