import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isMap, Lexer, type Node, type Pair, stringify, type YAMLMap } from 'yaml'
import { definitionOf, editDefinition } from '../../src/edit/edit-definition.js'
import { withConfig } from '../../src/edit/with-config.js'
import { rewrite } from '../../src/edit/yaml/rewrite.js'
import { formatDefinition } from '../../src/load/format.js'
import { parse, parseNodes } from '../../src/load/parse.js'
import type { FlowConfig } from '../../src/model/flow.js'
import { configIn } from '../../src/model/flow.js'
import { isObject } from '../../src/model/json.js'
import { flowConfig } from '../helpers/arbitraries.js'
import { ALONE, definition, definitionText, ENVIRONMENTS, MODES } from '../helpers/definition-texts.js'
import { runs } from '../helpers/runs.js'

const RUNS = runs(40)
const environment = fc.constantFrom(...ENVIRONMENTS)

function edited(text: string, at: string, config: FlowConfig): string {
  return editDefinition({ file: 'a.yaml', text }, { environment: at, environments: MODES, config })
}

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
        const after = definitionOf('a.yaml', edited(text, at, config), MODES)
        for (const name of ENVIRONMENTS) {
          expect(configIn(after, name, ALONE)).toEqual(name === at ? config : configIn(value, name, ALONE))
        }
      }),
      RUNS,
    )
  })

  test('every comment is kept, lines that say nothing of what differs stay byte for byte, the second edit is none', () => {
    fc.assert(
      fc.property(definitionText, environment, flowConfig, ({ value, text }, at, config) => {
        const result = edited(text, at, config)
        expect(commentsOf(result)).toEqual(commentsOf(text))
        expect(result.endsWith('\n')).toBe(text.endsWith('\n'))
        expect(/[^\r]\n/.test(result)).toBe(/[^\r]\n/.test(text))
        expect(edited(result, at, config)).toBe(result)
        // An alias that no longer says what its anchor says is written out: a line that says the same as before.
        const isAlias = (line: string) => line.includes('*a')
        const kept = untouchedLines(text, value, definitionOf('a.yaml', result, MODES)).filter((line) => !isAlias(line))
        expect(inOrder(kept, result.split('\n'))).toBe(true)
      }),
      RUNS,
    )
  })

  test('a definition in standard layout is so after the edit', () => {
    const overlay = definition.map(({ environments: _, ...body }) => withOneLineOverlay(body))
    const tidy = fc.oneof(
      definitionText.map(({ text }) => formatted(text)),
      overlay,
    )
    fc.assert(
      fc.property(tidy, environment, flowConfig, (text, at, config) => {
        const result = edited(text, at, config)
        expect(result).toBe(formatted(result))
        expect(commentsOf(result)).toEqual(commentsOf(text))
      }),
      runs(100),
    )
  })

  test('a definition is edited in place, however it is spelled: it is never written anew', () => {
    fc.assert(
      fc.property(definitionText, environment, flowConfig, ({ value, text }, at, config) => {
        const wanted = withConfig(value, { environment: at, environments: MODES, config })
        expect(parse('a.yaml', rewrite(text, wanted))).toEqual({ value: wanted, diagnostics: [] })
      }),
      RUNS,
    )
  })

  test('a text that a merge has left in conflict is never taken for a definition, so never edited', () => {
    fc.assert(
      fc.property(
        definitionText,
        environment,
        flowConfig,
        fc.nat(),
        fc.nat(),
        ({ text }, at, config, first, second) => {
          expect(() => edited(inConflict(text, first, second), at, config)).toThrow('is not a valid definition')
        },
      ),
      runs(200),
    )
  })

  test('with one environment the body is edited, and no overlay comes into being', () => {
    fc.assert(
      fc.property(definition, flowConfig, ({ environments: _, ...body }, config) => {
        const made = withConfig(body, { environment: 'local', environments: new Map([['local', 'test']]), config })
        expect(made).not.toHaveProperty('environments')
        expect(made && configIn(made, 'local', ALONE)).toEqual(config)
      }),
      RUNS,
    )
  })
})

function formatted(text: string): string {
  const result = formatDefinition('a.yaml', text)
  if ('diagnostics' in result) throw new Error('no definition')
  return result.text
}

/** A definition as most of them are: its overlay in braces, with a reason behind it. */
function withOneLineOverlay(body: object): string {
  const overlays = 'environments:\n  live: { static_link: { active: true } } # why\n'
  return formatted(`${stringify(body, { lineWidth: 0 })}${overlays}`)
}

/** Some lines of a text between the marks of git, once as they are and once without every second. */
function inConflict(text: string, first: number, second: number): string {
  const lines = text.split('\n')
  const from = first % lines.length
  const to = from + (second % (lines.length - from)) + 1
  const ours = lines.slice(from, to)
  const theirs = ours.filter((_, index) => index % 2 === 0)
  return [
    ...lines.slice(0, from),
    '<<<<<<< HEAD',
    ...ours,
    '=======',
    ...theirs,
    '>>>>>>> edit',
    ...lines.slice(to),
  ].join('\n')
}

function commentsOf(text: string): string[] {
  return [...new Lexer().lex(text)]
    .filter((lexeme) => lexeme.startsWith('#'))
    .map((lexeme) => lexeme.trimEnd())
    .sort()
}

/** The lines on which nothing is said of what differs. */
function untouchedLines(text: string, before: unknown, after: unknown): string[] {
  const touched = new Set<number>()
  const lineOf = (offset: number) => text.slice(0, offset).split('\n').length - 1
  const touch = (from: number, to: number) => {
    for (let line = lineOf(from); line <= lineOf(to); line += 1) touched.add(line)
  }
  const compare = (map: YAMLMap, was: Record<string, unknown>, is: Record<string, unknown>): void => {
    if (map.flow && !isDeepStrictEqual(was, is)) touch(map.range?.[0] ?? 0, map.range?.[1] ?? 0)
    for (const { key, value } of map.items as Pair<Node, Node | null>[]) {
      const name = String(parseNodes(text.slice(key.range?.[0], key.range?.[1])).toJS())
      if (isDeepStrictEqual(was[name], is[name])) continue
      if (isMap(value) && isObject(was[name]) && isObject(is[name])) compare(value, was[name], is[name])
      else touch(key.range?.[0] ?? 0, (value ?? key).range?.[2] ?? 0)
    }
  }
  const root = parseNodes(text).contents
  if (isMap(root) && isObject(before) && isObject(after)) compare(root as YAMLMap, before, after)
  const lines = text.split('\n')
  // A last line without a line end gets one when another comes behind it.
  return lines.filter((_, line) => !touched.has(line) && line < lines.length - 1)
}

function inOrder(some: readonly string[], all: readonly string[]): boolean {
  let at = 0
  for (const line of all) if (at < some.length && line === some[at]) at += 1
  return at === some.length
}
