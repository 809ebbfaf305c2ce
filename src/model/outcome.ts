import type { SessionErrorCode } from './resources.js'

/** How an attempt to be verified ends. */
export type Outcome = 'verified' | SessionErrorCode
