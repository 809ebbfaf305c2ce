/** The primary result codes of SQLite that are used here (sqlite.org/rescode.html). */
export const ResultCode = {
  /** For example a statement that does not fit the tables. */
  error: 1,
  permission: 3,
  /** Another connection holds the lock. */
  busy: 5,
  readOnly: 8,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  /** Several processes tried to recover the log at once. */
  protocol: 15,
  /** A file too large for this system. */
  tooLarge: 22,
  format: 24,
  notADatabase: 26,
} as const

/** SQLite's messages for these codes (sqlite.org/c3ref/errcode.html), for errors without a code from the driver. */
const WORDS: Readonly<Record<string, number>> = {
  'attempt to write a readonly database': ResultCode.readOnly,
  'disk I/O error': ResultCode.ioError,
  'database disk image is malformed': ResultCode.corrupt,
  'database or disk is full': ResultCode.full,
  'unable to open database file': ResultCode.cannotOpen,
  'file is not a database': ResultCode.notADatabase,
  'JSON cannot hold BLOB values': ResultCode.error,
}

/** The primary result code of an error of SQLite; undefined for any other error. */
export function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined
  if ('errcode' in error && typeof error.errcode === 'number') return error.errcode & 0xff
  return 'code' in error && error.code === 'ERR_SQLITE_ERROR' ? WORDS[error.message] : undefined
}
