/**
 * Characters that show nothing themselves and break or reorder what is shown around them: with them a text reads as
 * another one than it is. Those that languages and emoji need between letters, such as joiners, are none of them.
 */
const HIDDEN = /[\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g

/** The text with hidden characters as escapes of JSON and of YAML's double quotes, which everybody sees. */
export function escapeHidden(text: string): string {
  return text.replace(HIDDEN, escaped)
}

export function hasHidden(text: string): boolean {
  return text.search(HIDDEN) !== -1
}

/** "\u202e". */
export function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
