/** A page of a list, newest first unless the list says otherwise. The cursors are ids; at most one of them is given. */
export interface Page {
  readonly limit: number
  readonly starting_after?: string | undefined
  readonly ending_before?: string | undefined
}

export interface PageOf<T> {
  readonly data: readonly T[]
  /** Whether more records follow in the direction of the cursor. */
  readonly has_more: boolean
}

export interface CreatedRange {
  readonly gt?: number | undefined
  readonly gte?: number | undefined
  readonly lt?: number | undefined
  readonly lte?: number | undefined
}
