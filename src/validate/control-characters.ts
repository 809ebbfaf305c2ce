import type { Issue } from '../model/diagnostic.js'
import { toPointer } from '../model/json-pointer.js'

// Fast, but too strict: it also suspects line breaks and whole surrogate pairs.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const SUSPECT = /[\u0000-\u001f\u007f-\u009f\ud800-\udfff]/
// C0, DEL, C1, and halves of surrogate pairs (with the u flag a whole pair is one character and does not match).
const BAD = /[\p{Cc}\p{Cs}]/u
const BAD_IN_PROSE = /[^\P{Cc}\n\t]|\p{Cs}/u
// NUL ends a text in SQLite, PostgreSQL refuses it, and half of a surrogate pair has no UTF-8.
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for
const NOT_STORED = /\u0000|\p{Cs}/u

/** Where control characters are allowed, as JSON Pointers. */
export interface Permitted {
  /** Values that may have line breaks and tabs. */
  readonly prose?: readonly string[]
  /** Objects whose members may have any storable text as values, like Stripe's metadata. */
  readonly anyText?: readonly string[]
}

/** Characters that stores, terminals and HTTP clients handle differently, in any string or member name of `value`. */
export function controlCharacterIssues(value: unknown, permitted: Permitted = {}): Issue[] {
  if (!isSuspect(value)) return []
  const issues: Issue[] = []
  walk(value, [], permitted, issues)
  return issues
}

/** A quick check first: most values have none of these, so their paths are never needed. */
function isSuspect(value: unknown): boolean {
  if (typeof value === 'string') return SUSPECT.test(value)
  if (value === null || typeof value !== 'object') return false
  if (Array.isArray(value)) return value.some(isSuspect)
  for (const name of Object.keys(value)) {
    if (SUSPECT.test(name) || isSuspect((value as Record<string, unknown>)[name])) return true
  }
  return false
}

function walk(value: unknown, path: (string | number)[], permitted: Permitted, issues: Issue[]): void {
  if (typeof value === 'string') {
    if (BAD.test(value)) {
      const found = badAt(path, permitted).exec(value)
      if (found !== null) issues.push(issue(found[0], toPointer(path), 'value'))
    }
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) walk(item, [...path, index], permitted, issues)
  } else if (value !== null && typeof value === 'object') {
    for (const name of Object.keys(value)) {
      const found = BAD.exec(name)
      const inner = [...path, name]
      if (found !== null) issues.push(issue(found[0], toPointer(inner), 'key'))
      walk((value as Record<string, unknown>)[name], inner, permitted, issues)
    }
  }
}

function badAt(path: readonly (string | number)[], { prose = [], anyText = [] }: Permitted): RegExp {
  if (prose.includes(toPointer(path))) return BAD_IN_PROSE
  return anyText.includes(toPointer(path.slice(0, -1))) ? NOT_STORED : BAD
}

function issue(character: string, pointer: string, part: Issue['part']): Issue {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
  const what = /\p{Cs}/u.test(character) ? 'half of a surrogate pair' : 'a control character'
  return {
    code: 'CONTROL_CHARACTER',
    message: `the text holds ${what}, U+${code}`,
    hint: character === '\n' ? 'write it on one line' : 'remove it',
    pointer,
    part,
  }
}
