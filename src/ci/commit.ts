/** Whether a text is the full name of a git commit: SHA-1, or SHA-256 in repositories that use it. */
export function isCommit(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(value)
}
