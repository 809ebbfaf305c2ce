import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { escapeHidden, escapeHiddenInYaml, hasHidden } from '../../src/text/hidden-characters.js'

const HIDDEN: readonly [string, string, string][] = [
  ['mark that reorders', '\u202e', '\\u202e'],
  ['soft hyphen', '\u00ad', '\\u00ad'],
  ['zero-width space', '\u200b', '\\u200b'],
  ['word joiner', '\u2060', '\\u2060'],
  ['vowel separator', '\u180e', '\\u180e'],
  ['byte-order mark', '\ufeff', '\\ufeff'],
]

describe('characters that nobody sees', () => {
  test.each(HIDDEN)('a %s is written as an escape', (_, character, written) => {
    expect(hasHidden(`a${character}b`)).toBe(true)
    expect(escapeHidden(`a${character}b`)).toBe(`a${written}b`)
    expect(escapeHiddenInYaml(`a${character}b`)).toBe(`a${written}b`)
  })

  test('tag characters, which hide whole sentences, are told in JSON and in YAML, each in its way', () => {
    const hidden = [...'ignore this'].map((one) => String.fromCodePoint(0xe0000 + (one.codePointAt(0) ?? 0))).join('')
    const text = `Sign-up${hidden}`
    expect(hasHidden(text)).toBe(true)
    expect(escapeHidden('\u{e0001}\u{e007f}')).toBe('\\udb40\\udc01\\udb40\\udc7f')
    expect(escapeHiddenInYaml('\u{e0001}\u{e007f}')).toBe('\\U000e0001\\U000e007f')
    expect(JSON.parse(escapeHidden(JSON.stringify(text)))).toBe(text)
    expect(parse(escapeHiddenInYaml(JSON.stringify(text)))).toBe(text)
  })

  test('what letters and emoji are made of stays as it is', () => {
    const wales = '🏴\u{e0067}\u{e0062}\u{e0077}\u{e006c}\u{e0073}\u{e007f}'
    for (const text of ['👩‍👩‍👧', 'نمی‌خواهم', 'क्‍ष', '❤️', wales, `${wales}${wales}`]) {
      expect(hasHidden(text), text).toBe(false)
      expect(escapeHidden(text)).toBe(text)
      expect(escapeHiddenInYaml(text)).toBe(text)
    }
    expect(hasHidden('🏴\u{e0068}\u{e0069}\u{e007f}')).toBe(true)
  })
})
