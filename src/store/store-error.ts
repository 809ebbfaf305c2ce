export type StoreErrorCode =
  /** The file is no store, or cannot be read. */
  | 'unreadable'
  /** Written by an older version of this program; opening it for writing brings it up to date. */
  | 'too_old'
  /** Written by a newer version of this program. */
  | 'too_new'
  /** Another process has held the store for too long. */
  | 'busy'
  /** The file was removed, or another put in its place, while it was open. */
  | 'gone'
  /** A file is there already that must not be replaced. */
  | 'file_exists'
  /** This Node has no driver for the store. */
  | 'no_driver'

/** A store that cannot be used, for a reason that people can mend. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  readonly code: StoreErrorCode

  constructor(code: StoreErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}
