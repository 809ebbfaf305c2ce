interface StateTag {
  /** Random, made with the store: a store deleted and made again gets another. Empty if there is no store yet. */
  readonly store_id: string
  /** +1 with every write to any flow of the mode. */
  readonly revision: number
  /** Random, new with every revision: a restored store never repeats a tag with different contents. */
  readonly nonce: string
}

export interface StateReads {
  tag(livemode: boolean): Promise<StateTag>
  /** Random, made with the store; it signs links and client secrets. */
  signingSecret(): Promise<string>
}

export interface StateWrites {
  /**
   * Keeps other transactions from writing flows of this mode until this one ends. Every operation that writes flows
   * calls it before it reads what its decisions depend on.
   */
  lock(livemode: boolean): Promise<void>
  /** Marks that flows of this mode were written. */
  advance(livemode: boolean): Promise<void>
}
