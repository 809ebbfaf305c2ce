import type { Claims } from './claims.js'
import type { Writes } from './flow/writes.js'
import type { Flows } from './flows.js'

/** What a configured provider works with. */
export interface Connection extends Known {
  readonly claims: Claims
  readonly writes: Writes
}

/** What a decision on a flow rests on. */
export interface Known {
  readonly project: string
  /** Names where Terraform keeps the state: see state-place.ts. */
  readonly place: string
  readonly flows: Flows
}

/** Null until the provider is configured, and while its configuration is not known yet. */
export type Connected = () => Connection | null
