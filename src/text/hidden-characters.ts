/**
 * Characters that are invisible and break, hide or reorder the text around them. They make a text read as another one,
 * and tag characters can carry whole invisible sentences. Not included: characters that languages and emoji need
 * between letters, such as joiners, and the tags in the flags of England, Scotland and Wales.
 */
const HIDDEN =
  /(?<flag>\u{1f3f4}\u{e0067}\u{e0062}(?:\u{e0065}\u{e006e}\u{e0067}|\u{e0073}\u{e0063}\u{e0074}|\u{e0077}\u{e006c}\u{e0073})\u{e007f})|[\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/gu

/** The text with hidden characters as visible JSON escapes. */
export function escapeHidden(text: string): string {
  return text.replace(HIDDEN, (found, flag?: string) => flag ?? escaped(found))
}

/** The same with the escapes of YAML's double quotes, which have no surrogate pairs: "\U000e0041". */
export function escapeHiddenInYaml(text: string): string {
  return text.replace(HIDDEN, (found, flag?: string) => {
    if (flag !== undefined || found.length === 1) return flag ?? escaped(found)
    return `\\U${(found.codePointAt(0) ?? 0).toString(16).padStart(8, '0')}`
  })
}

export function hasHidden(text: string): boolean {
  return firstHidden(text) !== undefined
}

export function firstHidden(text: string): string | undefined {
  for (const { 0: found, groups } of text.matchAll(HIDDEN)) if (groups?.flag === undefined) return found
  return undefined
}

/** "\u202e"; beyond U+FFFF as a surrogate pair. */
export function escaped(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')
}
