import fc from 'fast-check'
import { expect, test } from 'vitest'
import { editDefinition } from '../../src/edit/edit-definition.js'
import { withConfig } from '../../src/edit/with-config.js'
import { rewriting } from '../../src/edit/yaml/rewrite.js'
import { Source } from '../../src/edit/yaml/source.js'
import { parse } from '../../src/load/parse.js'
import { canonicalJson } from '../../src/model/canonical.js'
import type { FlowConfig } from '../../src/model/flow.js'
import { configIn } from '../../src/model/flow.js'
import { isObject } from '../../src/model/json.js'
import type { FlowDefinition } from '../../src/model/schema-types.js'
import { flowConfig } from '../helpers/arbitraries.js'
import { ALONE, definition, ENVIRONMENTS, MODES } from '../helpers/definition-texts.js'
import { runs } from '../helpers/runs.js'

/** A definition whose values are in braces and brackets, with lines and comments wherever YAML allows them. */
const inBraces = fc
  .record({
    value: definition,
    choices: fc.array(fc.nat(10), { minLength: 5, maxLength: 60 }),
    isWhole: fc.boolean(),
    indent: fc.constantFrom('  ', '   ', '      '),
    eol: fc.constantFrom('\n', '\n', '\r\n'),
  })
  .map(({ value, choices, isWhole, indent, eol }) => {
    let comments = 0
    let next = 0
    const chance = (odds: number) => (choices[next++ % choices.length] ?? 0) >= odds
    const comment = () => {
      comments += 1
      return `# note ${comments}`
    }
    /** Between two words: nothing, a new line, or comments. */
    const gap = (): string => {
      if (!chance(6)) return ''
      if (!chance(5)) return `\n${indent}`
      return ` ${comment()}\n${indent}${chance(8) ? `${comment()}\n${indent}` : ''}`
    }
    const key = (name: string) => (/^[a-z][a-z_]*$/.test(name) && chance(3) ? name : JSON.stringify(name))
    const braces = (one: unknown): string => {
      if (!isObject(one) && !Array.isArray(one)) return JSON.stringify(one)
      const items = Array.isArray(one)
        ? one.map(braces)
        : Object.entries(one).map(([name, member]) => `${key(name)}:${gap() || ' '}${braces(member)}`)
      const [open, close] = Array.isArray(one) ? ['[', ']'] : ['{', '}']
      const comma = items.length > 0 && chance(7) ? `,${gap()}` : ''
      return `${open}${gap()}${items.map((item) => item + gap()).join(`, ${gap()}`)}${comma}${gap()}${close}`
    }
    const members = () =>
      Object.entries(value).map(([name, one]) => `${name}: ${braces(one)}${chance(6) ? ` ${comment()}` : ''}\n`)
    const text = isWhole ? `${braces(value)}\n` : members().join('')
    return { value, text: text.replaceAll('\n', eol) }
  })
  .filter(({ text, value }) => canonicalJson(parse('a.yaml', text).value ?? null) === canonicalJson(value))

const LIMIT = runs(60)

test('a definition in braces with comments anywhere is edited in few steps, and loses none of them', () => {
  fc.assert(
    fc.property(inBraces, fc.constantFrom(...ENVIRONMENTS), flowConfig, ({ value, text }, environment, config) => {
      const target = { environment, environments: MODES, config }
      const wanted = withConfig(value, target)
      const steps = [...rewriting(text, wanted)]
      const result = steps.at(-1) ?? text
      expect(parse('a.yaml', result)).toEqual({ value: wanted, diagnostics: [] })
      expect(commentsIn(result)).toEqual(commentsIn(text))
      // Each takes one difference away, or opens one mapping up: never more than there are values before and after.
      expect(steps.length).toBeLessThanOrEqual(sizeOf(value) + sizeOf(wanted))
      const edited = parse('a.yaml', editDefinition({ file: 'a.yaml', text }, target)).value as FlowDefinition
      expect(configIn(edited, environment, ALONE)).toEqual(config)
    }),
    LIMIT,
  )
})

function commentsIn(text: string): string[] {
  return new Source(text)
    .comments(0, text.length)
    .map((comment) => comment.text.trimEnd())
    .toSorted()
}

function sizeOf(value: unknown): number {
  if (value === null || typeof value !== 'object') return 1
  return Object.values(value).reduce<number>((sum, member) => sum + sizeOf(member), 1)
}

test('a comment before the braces that close a mapping stays when the mapping goes', () => {
  const text = `name: A
type: document
environments:
  local: { options: { phone: { require_verification: true }, matching: {
        dob: similar # as the law asks
      }}, return_url: https://example.com/x }
`
  const value = parse('a.yaml', text).value as FlowDefinition
  const { options, ...rest } = configIn(value, 'local', ALONE)
  const config = { ...rest, options: { ...options, matching: { name: 'none', dob: 'none' } } } as FlowConfig
  expect(editDefinition({ file: 'a.yaml', text }, { environment: 'local', environments: MODES, config })).toBe(
    `name: A
type: document
environments:
  local: { options: { phone: { require_verification: true }, # as the law asks
    }, return_url: https://example.com/x }
`,
  )
})
