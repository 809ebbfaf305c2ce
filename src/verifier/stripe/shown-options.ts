import { isObject } from '../../model/json.js'
import type { SessionOptions } from '../../model/resources.js'

/** Words of Stripe, such as "similar" or "driving_license". What a person typed is seldom one. */
const WORD = /^[\w.-]{1,100}$/
const MOST = 50
const DEEPEST = 4
/** In place of a value that is not kept, because that there is one says that something is checked. */
const OTHER = 'other'

/**
 * The options of a session, to be stored: also names that are new at Stripe, since a check that this program does not know
 * must not look like none. Of their values only words, numbers and switches are kept, so that no text of a person is.
 */
export function keptOptions(options: unknown): SessionOptions {
  return (isObject(options) ? kept(options, 0) : {}) as SessionOptions
}

function kept(value: unknown, depth: number): unknown {
  if (typeof value === 'boolean' || typeof value === 'number') return value
  if (typeof value === 'string') return WORD.test(value) ? value : OTHER
  if (depth === DEEPEST) return OTHER
  if (Array.isArray(value)) return value.slice(0, MOST).map((one) => kept(one, depth + 1))
  if (!isObject(value)) return OTHER
  const members = Object.entries(value).filter(([name, member]) => WORD.test(name) && member != null)
  return Object.fromEntries(members.slice(0, MOST).map(([name, member]) => [name, kept(member, depth + 1)]))
}
