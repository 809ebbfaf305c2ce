/** A key for the device of one person, which may read one session for a short while. */
export interface EphemeralKeyRecord {
  readonly id: string
  readonly livemode: boolean
  /** SHA-256 of the key in hex. The key itself is kept nowhere. */
  readonly hash: string
  /** The last characters of the key, to tell keys apart. */
  readonly tail: string
  /** Id of the session. */
  readonly session: string
  /** Id of the API key that made it, and without which it is worth nothing; null where none did. */
  readonly api_key: string | null
  readonly created: number
  /** From then on the key is refused. */
  readonly expires: number
}

export interface EphemeralKeyReads {
  byHash(hash: string): Promise<EphemeralKeyRecord | undefined>
}

export interface EphemeralKeyWrites {
  insert(key: EphemeralKeyRecord): Promise<void>
  /** Deletes a key, and answers it; undefined where there is none in the mode. */
  delete(livemode: boolean, id: string): Promise<EphemeralKeyRecord | undefined>
  /** Drops at most `limit` keys that expired before a time. Answers how many. */
  forget(before: number, limit: number): Promise<number>
}
