import type { SessionStatus } from '../../model/resources.js'

/** The result of a session, overridden by a person. Never changed, except that redaction erases the reason. */
export interface ReviewRecord {
  readonly id: string
  readonly livemode: boolean
  readonly session: string
  readonly before: ReviewedStatus
  readonly after: ReviewedStatus
  readonly reason: string
  /** The name of the person, or of the key. */
  readonly actor: string | null
  readonly created: number
}

/** The results that there can be. */
export type ReviewedStatus = Extract<SessionStatus, 'verified' | 'requires_input'>

export interface ReviewReads {
  /** Every review of a session, oldest first. */
  ofSession(session: string): Promise<ReviewRecord[]>
}

export interface ReviewWrites {
  insert(review: ReviewRecord): Promise<void>
  /** Replaces the reasons of every review of a session. */
  erase(session: string, text: string): Promise<void>
}
