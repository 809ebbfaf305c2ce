import type { CreatedRange, Page, PageOf } from './page.js'

export interface ApiKeyRecord {
  readonly id: string
  readonly livemode: boolean
  readonly name: string
  /** SHA-256 of the key in hex. The key itself is kept nowhere. */
  readonly hash: string
  /** The last characters of the key, to tell keys apart. */
  readonly tail: string
  /** What the key may do; null for a secret key, which may do everything in its mode. */
  readonly scopes: readonly string[] | null
  readonly created: number
  readonly created_by: string | null
  /** From then on the key is refused; null when it never ends. */
  readonly expires: number | null
  /** To the minute. */
  readonly last_used: number | null
  readonly revoked: number | null
}

export interface ApiKeyFilter {
  readonly created?: CreatedRange | undefined
}

export interface ApiKeyReads {
  byId(id: string): Promise<ApiKeyRecord | undefined>
  /** Revoked keys are found too. */
  byHash(hash: string): Promise<ApiKeyRecord | undefined>
  /** Newest first; revoked keys too. */
  list(livemode: boolean, filter: ApiKeyFilter, page: Page): Promise<PageOf<ApiKeyRecord>>
}

export interface ApiKeyWrites {
  /** Lets no other transaction change the key until this one ends, and reads it as it is then. */
  toWrite(id: string): Promise<ApiKeyRecord | undefined>
  insert(key: ApiKeyRecord): Promise<void>
  revoke(id: string, at: number): Promise<void>
  /** Marks keys as used, unless they are marked with a later time. */
  touch(ids: readonly string[], at: number): Promise<void>
}
