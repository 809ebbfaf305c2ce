/**
 * Whether a text has more than `most` characters. A character is a code point, as JSON Schema (maxLength) and Stripe
 * count them: an emoji of two UTF-16 units is one.
 */
export function isLonger(text: string, most: number): boolean {
  return text.length > most && firstCharacters(text, most).length < text.length
}

/** The first `count` characters of a text, none of them cut in half. */
export function firstCharacters(text: string, count: number): string {
  if (text.length <= count) return text
  let end = 0
  for (let passed = 0; passed < count && end < text.length; passed += 1) {
    end += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1
  }
  return text.slice(0, end)
}
