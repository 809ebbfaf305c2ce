import { secretIn } from '../model/api-key.js'

const LONGEST = 60

/** A value for a message: JSON on one line, shortened; a mapping or list only by its kind. Never a secret. */
export function quote(value: unknown): string {
  if (value !== null && typeof value === 'object') return kindOf(value)
  if (typeof value !== 'string') return String(value)
  const secret = secretIn(value)
  if (secret !== undefined) return secret
  return JSON.stringify(value.length > LONGEST ? `${value.slice(0, LONGEST)}...` : value)
}

/** The kind of a value, in the words of a YAML author. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'empty'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a mapping'
  return typeof value === 'boolean' ? 'true or false' : `a ${typeof value}`
}
