import { StoreError } from '../../store-error.js'

/** A structure that may be missing, as it stands in a column of text. */
export function toJson(value: object | null): string | null {
  return value === null ? null : JSON.stringify(value)
}

export function fromJson<T>(text: string | null): T | null {
  return text === null ? null : parseJson(text)
}

/** A structure as it stands in a column of text. Throws StoreError where the text is none that a store wrote. */
export function parseJson<T>(text: string): T {
  try {
    return JSON.parse(text)
  } catch {
    // The parser's own words quote the text, which may be personal.
    throw new StoreError('unreadable', 'the store holds a text that is cut off or damaged: restore it from a backup')
  }
}
