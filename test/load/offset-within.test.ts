import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Document, type Scalar } from 'yaml'
import { SourceMap } from '../../src/load/source-map.js'

/** "line:column" of a character of the value of `text`, by its first occurrence. */
function placeOf(yaml: string, value: string, character: string): string {
  const { line, column } = new SourceMap(yaml).within('/text', value.indexOf(character))
  return `${line}:${column}`
}

describe('a character of a string is found where it stands, however the string is written', () => {
  test.each([
    ['plain', 'text: ab!cd\n', 'ab!cd', '1:9'],
    ['plain, on two lines', 'text: ab\n  c!d\n', 'ab c!d', '2:4'],
    ['in single quotes', "text: 'a''b!'\n", "a'b!", '1:12'],
    ['in double quotes', 'text: "a\\"b!"\n', 'a"b!', '1:12'],
    ['as a literal block', 'x: 1\ntext: |\n  ab\n    c!\n', 'ab\n  c!\n', '4:6'],
    ['as a folded block', 'text: >-\n  ab\n  c!\n', 'ab c!', '3:4'],
  ])('%s', (_, yaml, value, place) => {
    expect(placeOf(yaml, value, '!')).toBe(place)
  })

  test('behind the end is behind the last character', () => {
    expect(new SourceMap('text: |\n  ab (\n').within('/text', 5)).toEqual({ line: 2, column: 7 })
  })

  test('in whatever way the library writes a text', () => {
    const styles = ['PLAIN', 'QUOTE_SINGLE', 'QUOTE_DOUBLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED'] as const
    const word = fc.stringMatching(/^[a-z"'.()<>= ]{0,30}$/)
    fc.assert(
      fc.property(word, word, fc.constantFrom(...styles), (before, after, type) => {
        const value = `${before}!${after}`.trim()
        const document = new Document({ first: 1, text: value })
        ;(document.get('text', true) as unknown as Scalar).type = type
        const yaml = document.toString({ lineWidth: 20 })
        const { line, column } = new SourceMap(yaml).within('/text', value.indexOf('!'))
        expect(yaml.split('\n')[line - 1]?.[column - 1]).toBe('!')
      }),
      { numRuns: 500 },
    )
  })
})
