import fc from 'fast-check'
import { Lexer } from 'yaml'
import { describe, expect, test } from 'vitest'
import { editDefinition, definitionOf } from '../../src/edit/edit-definition.js'
import { configIn } from '../../src/edit/with-config.js'
import { parse } from '../../src/load/parse.js'
import { flowConfig } from '../helpers/arbitraries.js'
import { definitionText, ENVIRONMENTS } from '../helpers/definition-texts.js'

const RUNS = { numRuns: 800 }
const environment = fc.constantFrom(...ENVIRONMENTS)

describe('laws of editing', () => {
  test('the texts of these tests say what they are meant to say', () => {
    fc.assert(
      fc.property(definitionText, ({ value, text }) => {
        expect(parse('a.yaml', text)).toEqual({ value, diagnostics: [] })
      }),
      RUNS,
    )
  })

  test('an edited definition says what was observed there, and of every other environment what it said before', () => {
    fc.assert(
      fc.property(definitionText, environment, flowConfig, ({ value, text }, at, config) => {
        const edited = editDefinition({ file: 'a.yaml', text }, { environment: at, environments: ENVIRONMENTS, config })
        const after = definitionOf('a.yaml', edited, ENVIRONMENTS)
        expect(configIn(after, at)).toEqual(config)
        for (const other of ENVIRONMENTS) if (other !== at) expect(configIn(after, other)).toEqual(configIn(value, other))
        expect(commentsOf(edited)).toEqual(commentsOf(text))
        expect(editDefinition({ file: 'a.yaml', text: edited }, { environment: at, environments: ENVIRONMENTS, config })).toBe(edited)
      }),
      RUNS,
    )
  })
})

function commentsOf(text: string): string[] {
  return [...new Lexer().lex(text)].filter((lexeme) => lexeme.startsWith('#')).map((lexeme) => lexeme.trimEnd()).sort()
}
