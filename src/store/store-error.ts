export type StoreErrorCode =
  /** The file is not a store, or cannot be read. */
  | 'unreadable'
  /** Written by an older version of this program; opening it for writing updates it. */
  | 'too_old'
  /** Written by a newer version of this program. */
  | 'too_new'
  /** Migrations have to be run first, and this opening may not run them. */
  | 'migrations_pending'
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

/** The store needs migrations first, and whoever opened it may not run them. */
export class MigrationsPending extends StoreError {
  /** The store, for people. */
  readonly label: string
  /** Names of the migrations, in order. */
  readonly pending: readonly string[]

  constructor(label: string, pending: readonly string[]) {
    const needed = pending.length === 1 ? 'a migration' : `${pending.length} migrations`
    super('migrations_pending', `${label} needs ${needed} first: ${pending.join(', ')}`)
    this.label = label
    this.pending = pending
  }
}
