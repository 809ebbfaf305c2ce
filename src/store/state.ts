interface StateTag {
  /** Made at random with the store: a store deleted and made again is another one. Empty of one that is not there yet. */
  readonly store_id: string
  /** +1 with every write to any flow of the mode. */
  readonly revision: number
  /** Random, new with every revision: a store put back from a backup never repeats a tag with another content. */
  readonly nonce: string
}

export interface StateReads {
  tag(livemode: boolean): Promise<StateTag>
  /** Made at random with the store; what links and client secrets are signed with. */
  signingSecret(): Promise<string>
}

export interface StateWrites {
  /**
   * Lets no other transaction write flows of this mode until this one ends. Every operation that writes flows calls
   * it before it reads what it decides upon.
   */
  lock(livemode: boolean): Promise<void>
  /** Marks that flows of this mode were written. */
  advance(livemode: boolean): Promise<void>
}
