import type { CreatedRange, Page, PageOf } from '../page.js'

/** One thing that somebody did. It names objects by their ids, and holds nothing of what they say. */
export interface AuditRecord {
  readonly id: string
  readonly created: number
  /** Null for what belongs to no mode, such as a sign-in. */
  readonly livemode: boolean | null
  /** See service/operations/people/audit.ts. */
  readonly action: string
  /** The id of the person or of the API key; null for somebody who is not known. */
  readonly actor: string | null
  readonly actor_name: string | null
  /** The sign-in that it was done with: the beginning of its digest. Null for keys, and at the machine itself. */
  readonly sign_in: string | null
  /** The id of what it was done to. */
  readonly object: string | null
  readonly detail: string | null
  readonly address: string | null
  readonly agent: string | null
  readonly request: string | null
}

export interface AuditFilter {
  readonly actor?: string | undefined
  readonly action?: string | undefined
  readonly object?: string | undefined
  readonly created?: CreatedRange | undefined
}

export interface AuditLogReads {
  has(id: string): Promise<boolean>
  /** Newest first, of both modes and of none. */
  list(filter: AuditFilter, page: Page): Promise<PageOf<AuditRecord>>
}

export interface AuditLogWrites {
  insert(record: AuditRecord): Promise<void>
  /** Drops at most `limit` records that are older than a time. Answers how many it dropped. */
  forget(before: number, limit: number): Promise<number>
}
