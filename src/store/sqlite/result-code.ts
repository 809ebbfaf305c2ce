/** The primary result codes of SQLite that mean something here (sqlite.org/rescode.html). */
export const ResultCode = {
  /** A statement that does not fit the tables, among others. */
  error: 1,
  permission: 3,
  /** Somebody else holds the lock. */
  busy: 5,
  readOnly: 8,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  /** Several processes found the log in need of recovery at once. */
  protocol: 15,
  /** A file too large for this system. */
  tooLarge: 22,
  format: 24,
  notADatabase: 26,
} as const

/** The primary result code of an error of SQLite; undefined for any other error. */
export function resultCode(error: unknown): number | undefined {
  const code = error instanceof Error && 'errcode' in error ? error.errcode : undefined
  return typeof code === 'number' ? code & 0xff : undefined
}
