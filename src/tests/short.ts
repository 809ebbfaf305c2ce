import { isObject } from '../model/json.js'

/** A value on one line, as a test file could say it: `[document, selfie]`, `{ document: verified }`, `none`. */
export function short(value: unknown): string {
  if (value === null || value === undefined) return 'none'
  if (Array.isArray(value)) return `[${value.map((item) => short(item)).join(', ')}]`
  if (!isObject(value)) return String(value)
  const members = Object.entries(value).map(([name, member]) => `${name}: ${short(member)}`)
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`
}
