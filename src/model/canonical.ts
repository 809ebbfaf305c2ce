import { createHash, hash } from 'node:crypto'

/**
 * JSON with the keys of every object in code-unit order and no white space: equal values give equal text.
 * Members whose value is `undefined` are left out, as JSON.stringify does.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (value !== null && typeof value === 'object') {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => compareText(a, b))
      .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`)
    return `{${members.join(',')}}`
  }
  return JSON.stringify(value) ?? 'null'
}

/** SHA-256 of a value's canonical JSON, in lower-case hex. */
export function digestOf(value: unknown): string {
  return sha256(canonicalJson(value))
}

/** SHA-256 of a text that is too long to be held whole, in lower-case hex. */
export function sha256Of(parts: Iterable<string>): string {
  const digest = createHash('sha256')
  let some = ''
  for (const part of parts) {
    some += part
    if (some.length < PIECE) continue
    digest.update(some)
    some = ''
  }
  return digest.update(some).digest('hex')
}

/** In characters: a call for each part costs more than the hash. */
const PIECE = 65_536

export function sha256(data: string | Uint8Array): string {
  return hash('sha256', data)
}

/** Order by UTF-16 code units: the same on every machine, whatever its locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
