export interface IdempotencyRecord {
  readonly livemode: boolean
  readonly key: string
  /** Id of the API key that asked; null if the caller had none. */
  readonly api_key: string | null
  /** Digest of the request, to tell a retry from another request with the same key. */
  readonly fingerprint: string
  /** Id of the object in the answer. */
  readonly resource: string
  readonly status: number
  readonly body: string
  /** Id of the request that got the first answer; null if an older version of the program stored it. */
  readonly request: string | null
  readonly created: number
}

export interface IdempotencyKeys {
  find(livemode: boolean, key: string): Promise<IdempotencyRecord | undefined>
  insert(record: IdempotencyRecord): Promise<void>
  /** Drops every answer stored before a time; with a prefix of ids, only those about such resources. */
  forget(before: number, prefix?: string): Promise<void>
  /** Replaces the status and the body of the answer with this key. */
  settle(answer: Pick<IdempotencyRecord, 'livemode' | 'key' | 'status' | 'body'>): Promise<void>
  /** Drops the answers about a resource that have this status. */
  forgetStatus(resource: string, status: number): Promise<void>
  /** Drops every answer about a resource. */
  forgetAbout(resource: string): Promise<void>
  /** The object in the answers has another id from now on. */
  rename(resource: string, to: string): Promise<void>
  /** Replaces the body of every answer about a resource, which may hold redacted data. Retries are still recognised. */
  rewrite(resource: string, body: string): Promise<void>
}
