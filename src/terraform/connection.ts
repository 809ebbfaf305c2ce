import type { Claims } from './claims.js'
import type { Writes } from './flow/writes.js'
import type { Known } from './known.js'

/** What a configured provider works with. */
export interface Connection extends Known {
  readonly claims: Claims
  readonly writes: Writes
}

/** Null until the provider is configured, or while its configuration is not yet known. */
export type Connected = () => Connection | null
