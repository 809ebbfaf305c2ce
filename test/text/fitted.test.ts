import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import pc from 'picocolors'
import { describe, expect, test } from 'vitest'
import { fitted } from '../../src/text/fitted.js'
import { visibleWidth } from '../../src/text/text.js'

const colours = pc.createColors(true)

describe('text that is fitted to a terminal', () => {
  test('stays as it is where there is no terminal, or where it fits', () => {
    const text = `${'word '.repeat(50)}\n`
    expect(fitted(text, undefined)).toBe(text)
    expect(fitted('  short  line\n', 40)).toBe('  short  line\n')
  })

  test('is broken between words, and goes on indented', () => {
    expect(fitted('error the plan is stale: nothing was written, so nothing is lost', 40)).toBe(
      ['error the plan is stale: nothing was', '  written, so nothing is lost'].join('\n'),
    )
  })

  test('goes on below the second column, where that is in the left half', () => {
    expect(fitted('    warned   weaken: would weaken 1 flow', 30)).toBe(
      ['    warned   weaken: would', '             weaken 1 flow'].join('\n'),
    )
  })

  test('keeps values whole: notes move to a line of their own, long values after the arrow', () => {
    const line = '    options.document.require_live_capture  true → false  # line 8, live capture switched off'
    expect(fitted(line, 80)).toBe(
      ['    options.document.require_live_capture  true → false', '        # line 8, live capture switched off'].join(
        '\n',
      ),
    )
    const address = '    return_url  "https://example.com/elsewhere" → "https://example.com/payouts/verified"'
    expect(fitted(address, 60)).toBe(
      [
        '    return_url  "https://example.com/elsewhere" →',
        '                "https://example.com/payouts/verified"',
      ].join('\n'),
    )
  })

  test('leaves a word that is longer than a line whole, and command lines too', () => {
    expect(fitted(`see https://example.com/${'a'.repeat(40)} now`, 40)).toBe(
      ['see', `  https://example.com/${'a'.repeat(40)}`, '  now'].join('\n'),
    )
    const command = '  $ flows keys create --name ci-apply --mode live --scope flows:read'
    expect(fitted(command, 40)).toBe(command)
  })

  test('breaks the name of a field behind a dot, where a terminal is narrower than the name', () => {
    const line = `    ${colours.bold('options.document.require_matching_selfie')}  false  # line 8`
    expect(stripVTControlCharacters(fitted(line, 40))).toBe(
      ['    options.document.', '      require_matching_selfie  false', '      # line 8'].join('\n'),
    )
    const file = `options/${'a.b'.repeat(14)}`
    expect(fitted(`see ${file}`, 40)).toBe(['see', `  ${file}`].join('\n'))
  })

  test('ends its colours with each line and begins them again on the next', () => {
    expect(fitted(colours.red('one two three four five six'), 16)).toBe(
      [colours.red('one two three'), `  ${colours.red('four five six')}`].join('\n'),
    )
  })
})

const word = fc.string({ unit: fc.constantFrom(...'abc"[]/.,→#$:'), minLength: 1, maxLength: 50 })
const painted = fc
  .tuple(
    fc.constantFrom(String, colours.red, colours.dim, colours.bold),
    fc.array(word, { minLength: 1, maxLength: 9 }),
  )
  .map(([paint, words]) => paint(words.join(' ')))
const line = fc
  .tuple(fc.nat(14), fc.array(fc.tuple(painted, fc.constantFrom(' ', '  ', '    ')), { minLength: 1, maxLength: 5 }))
  .map(
    ([indent, cells]) =>
      ' '.repeat(indent) +
      cells
        .map((cell) => cell.join(''))
        .join('')
        .trimEnd(),
  )

describe('whatever the text and the terminal', () => {
  const wordsOf = (text: string) => stripVTControlCharacters(text).split(/\s+/).join(' ')

  test('no word is lost, added or moved', () => {
    fc.assert(
      fc.property(fc.array(line), fc.integer({ min: 40, max: 120 }), (lines, columns) => {
        expect(wordsOf(fitted(lines.join('\n'), columns))).toBe(wordsOf(lines.join('\n')))
      }),
    )
  })

  test('no line is longer than the terminal, but for one long word or a command', () => {
    fc.assert(
      fc.property(line, fc.integer({ min: 40, max: 120 }), (text, columns) => {
        fc.pre(!/^ *\$ /.test(text))
        const long = fitted(text, columns)
          .split('\n')
          .filter((one) => visibleWidth(one) > columns)
        for (const one of long) expect(wordsOf(one).trim()).not.toContain(' ')
      }),
    )
  })

  test('what is broken off is indented', () => {
    fc.assert(
      fc.property(line, fc.integer({ min: 40, max: 120 }), (text, columns) => {
        for (const one of fitted(text, columns).split('\n').slice(1)) expect(one).toMatch(/^ {2,}/)
      }),
    )
  })
})
