/**
 * A value that every driver binds in the same way. By themselves, drivers misread objects, cut strings at NUL, or write
 * lists in their own notation: an error is better than a wrong value.
 */
export function toParameter(value: unknown): string | number | bigint | null | Uint8Array {
  switch (typeof value) {
    case 'boolean':
      return value ? 1 : 0
    case 'number':
      if (Number.isFinite(value)) return value
      break
    case 'string':
      if (!value.includes('\0')) return value
      break
    case 'bigint':
      return value
    case 'object':
      if (value === null || value instanceof Uint8Array) return value
  }
  throw new TypeError(`a value of type ${describe(value)} cannot be stored`)
}

function describe(value: unknown): string {
  if (typeof value === 'string') return 'string with NUL'
  if (typeof value === 'number') return String(value)
  return typeof value === 'object' ? (value?.constructor?.name ?? 'object') : typeof value
}
