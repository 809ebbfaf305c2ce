export interface EmbeddedOptions {
  readonly file: string
  /** Who writes, for the record. */
  readonly actor: string | null
  /** A folder whose installed packages may give the store's driver, where this program came without one. */
  readonly driverFrom?: string
  /** Unix seconds. */
  readonly now?: () => number
}
