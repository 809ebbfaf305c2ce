import { StoreError } from '../../store-error.js'

/** A structure, or null, as the text of a column. */
export function toJson(value: object | null): string | null {
  return value === null ? null : JSON.stringify(value)
}

export function fromJson<T>(text: string | null): T | null {
  return text === null ? null : parseJson(text)
}

/** Parses the text of a column. Throws StoreError if no store can have written the text. */
export function parseJson<T>(text: string): T {
  try {
    return JSON.parse(text)
  } catch {
    // The parser's message quotes the text, which may be personal.
    throw new StoreError('unreadable', 'the store holds a text that is cut off or damaged: restore it from a backup')
  }
}
