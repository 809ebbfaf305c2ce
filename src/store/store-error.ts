export type StoreErrorCode =
  /** The file is not a store, or cannot be read. */
  | 'unreadable'
  /** Written by an older version of this program; opening it for writing updates it. */
  | 'too_old'
  /** Written by a newer version of this program. */
  | 'too_new'
  /** Another process has held the store for too long. */
  | 'busy'
  /** The file was removed or replaced while it was open. */
  | 'gone'
  /** A file already exists that must not be replaced. */
  | 'file_exists'
  /** This Node has no driver for the store. */
  | 'no_driver'

/** The store cannot be used, for a reason that people can mend. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  readonly code: StoreErrorCode

  constructor(code: StoreErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}
