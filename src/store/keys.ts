import type { CreatedRange, Page, PageOf } from './page.js'

/** What a key is bound to; null for anything. */
export interface KeyBinding {
  readonly project: string | null
  /** Keys of flows, where * stands for any characters. */
  readonly flows: readonly string[] | null
  /** Addresses, and ranges of them. */
  readonly addresses: readonly string[] | null
}

export interface ApiKeyRecord extends KeyBinding {
  readonly id: string
  readonly livemode: boolean
  readonly name: string
  /** SHA-256 of the key in hex. The key itself is not stored. */
  readonly hash: string
  /** The last characters of the key, to tell keys apart. */
  readonly tail: string
  /** What the key may do; null for a secret key, which may do everything in its mode. */
  readonly scopes: readonly string[] | null
  readonly created: number
  readonly created_by: string | null
  /** From this time on the key is refused; null for never. */
  readonly expires: number | null
  /** To the minute. */
  readonly last_used: number | null
  readonly revoked: number | null
  readonly revoked_by: string | null
  /** `bootstrap` for one of the first keys of a service; null for all that were made later. */
  readonly origin: 'bootstrap' | null
}

export interface ApiKeyFilter {
  readonly created?: CreatedRange | undefined
}

export interface ApiKeyReads {
  byId(id: string): Promise<ApiKeyRecord | undefined>
  /** The key with the first of these hashes that a key has. Revoked keys are found too. */
  byHash(hash: string, other?: string): Promise<ApiKeyRecord | undefined>
  /** Newest first; revoked keys too. */
  list(livemode: boolean, filter: ApiKeyFilter, page: Page): Promise<PageOf<ApiKeyRecord>>
  /** Whether `takeEnding` would find any. */
  hasEnding(time: Ending): Promise<boolean>
}

/** Keys that end after one moment and before another. */
export interface Ending {
  readonly after: number
  readonly before: number
}

export interface ApiKeyWrites {
  /** Locks the key against other transactions until this one ends, and reads it as it is then. */
  toWrite(id: string): Promise<ApiKeyRecord | undefined>
  insert(key: ApiKeyRecord): Promise<void>
  /** A key that was revoked before stays as it is. */
  revoke(id: string, at: number, by: string | null): Promise<void>
  /** Marks keys as used at a time, unless a later one is recorded. */
  touch(ids: readonly string[], at: number): Promise<void>
  /**
   * Takes at most `limit` keys of both modes that end in this time and are not revoked, those that end first first. No
   * key is ever taken twice, whoever asks.
   */
  takeEnding(time: Ending, limit: number): Promise<ApiKeyRecord[]>
}

/** A key for one person's device: it may read one session for a short time. */
export interface EphemeralKeyRecord {
  readonly id: string
  readonly livemode: boolean
  /** SHA-256 of the key in hex. The key itself is not stored. */
  readonly hash: string
  /** The last characters of the key, to tell keys apart. */
  readonly tail: string
  /** Id of the session. */
  readonly session: string
  /** Id of the API key that made it; without that key it is not valid. Null if no key made it. */
  readonly api_key: string | null
  readonly created: number
  /** From this time on the key is refused. */
  readonly expires: number
}

export interface EphemeralKeyReads {
  byHash(hash: string): Promise<EphemeralKeyRecord | undefined>
}

export interface EphemeralKeyWrites {
  insert(key: EphemeralKeyRecord): Promise<void>
  /** Deletes a key, and answers it; undefined if the mode has no such key. */
  delete(livemode: boolean, id: string): Promise<EphemeralKeyRecord | undefined>
  /** Drops at most `limit` keys that expired before a time. Answers how many. */
  forget(before: number, limit: number): Promise<number>
}
