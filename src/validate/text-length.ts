/**
 * Whether a text has more characters than `most`. A character is a code point, as JSON Schema counts them (maxLength)
 * and Stripe does: an emoji of two UTF-16 units is one.
 */
export function isLonger(text: string, most: number): boolean {
  return text.length > most && firstCharacters(text, most).length < text.length
}

/** The text up to `count` characters, none of them cut in half. */
export function firstCharacters(text: string, count: number): string {
  if (text.length <= count) return text
  let end = 0
  for (let passed = 0; passed < count && end < text.length; passed += 1) {
    end += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1
  }
  return text.slice(0, end)
}
