export interface EmbeddedOptions {
  readonly file: string
  /** Who writes, for the record. */
  readonly actor: string | null
  /** Unix seconds. */
  readonly now?: () => number
}
