import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatDefinition } from '../../src/load/format.js'
import { parse } from '../../src/load/parse.js'
import { isObject } from '../../src/model/json.js'
import { flowConfig } from '../helpers/arbitraries.js'
import { definition, definitionText, ENVIRONMENTS } from '../helpers/definition-texts.js'
import { type Chain, configOf, edit, isValid } from '../helpers/layers.js'
import { runs } from '../helpers/runs.js'

/** Some fields of a definition, and null here and there. */
const part = fc.tuple(definition, fc.array(fc.nat(9), { minLength: 10, maxLength: 10 })).map(([value, choices]) => {
  const { environments, ...body } = value as unknown as Record<string, unknown>
  const kept = Object.entries(body).filter((_, index) => (choices[index % choices.length] ?? 0) > 3)
  const fields = kept.map(([name, member], index) => {
    const isNull = choices[(index + 3) % choices.length] === 9 && name !== 'name' && name !== 'type'
    return [name, isNull ? null : member]
  })
  const overlays = isObject(environments) && (choices[8] ?? 0) > 4 ? { environments } : {}
  return { ...Object.fromEntries(fields), ...overlays } as Record<string, unknown>
})

const VARIED = [
  ['return_url', { variable: 'where' }],
  ['description', { variable: 'label' }],
  ['static_link', { active: { variable: 'open' } }],
  ['metadata', { place: { variable: 'label' }, team: 'risk' }],
] as const

/** A definition over three bases, and which of these others extend; some fields are variables. */
const layered: fc.Arbitrary<Chain> = fc
  .record({
    parts: fc.tuple(part, part, part),
    own: fc.oneof(
      part,
      definition.map((value) => value as unknown as Record<string, unknown>),
    ),
    others: fc.tuple(fc.nat(1), fc.nat(1), fc.nat(1)),
    varied: fc.array(fc.tuple(fc.nat(3), fc.nat(3)), { maxLength: 3 }),
  })
  .map(({ parts, own, others, varied }) => {
    const values: Record<string, unknown>[] = [{ type: 'document' }, {}, {}, { name: 'Own' }].map((least, index) => ({
      ...(index > 0 && { extends: index === 3 ? 'base/2.yaml' : `base/${index - 1}.yaml` }),
      ...least,
      ...([...parts, own][index] ?? {}),
    }))
    for (const [layer, field] of varied) {
      const [name, value] = VARIED[field] ?? VARIED[0]
      values[layer] = { ...values[layer], [name]: value }
    }
    return values.map((value, index) => ({
      file: index === 3 ? 'flows/a.yaml' : `base/${index}.yaml`,
      text: JSON.stringify(value),
      ...(index < 3 && { others: others[index] ?? 0 }),
    }))
  })
  .map((files) =>
    // A base that others extend has bases that these extend, too.
    files.map((one, index) => ({
      ...one,
      ...(one.others !== undefined && { others: Math.max(...files.slice(index).map(({ others = 0 }) => others)) }),
      text: tidy(one.text),
    })),
  )
  .filter(isValid)

function tidy(json: string): string {
  const result = formatDefinition('a.yaml', json)
  if ('diagnostics' in result) throw new Error('not a definition')
  return result.text
}

describe('laws of layers: three bases, variables, and what others extend', () => {
  const environment = fc.constantFrom(...ENVIRONMENTS)
  const RUNS = runs(40)

  test('the edited files say what is wanted there, and of every other environment what they said before', () => {
    fc.assert(
      fc.property(layered, environment, flowConfig, (before, at, config) => {
        const { after } = edit(before, at, config)
        expect(isValid(after)).toBe(true)
        for (const name of ENVIRONMENTS) {
          expect(configOf(after, name)).toEqual(name === at ? config : configOf(before, name))
        }
      }),
      RUNS,
    )
  })

  test('a base that others extend stays byte for byte; a second edit changes nothing', () => {
    fc.assert(
      fc.property(layered, environment, flowConfig, (before, at, config) => {
        const { after } = edit(before, at, config)
        for (const [index, { text, others = 0 }] of before.entries()) {
          if (others > 0) expect(after[index]?.text).toBe(text)
        }
        expect(edit(after, at, config).after).toEqual(after)
      }),
      RUNS,
    )
  })

  test('formatting changes nothing that was formatted, and never what a file says', () => {
    fc.assert(
      fc.property(layered, definitionText, (files, { text }) => {
        for (const each of [...files.map((one) => one.text), `extends: base/x.yaml\n${text.replace(/^---\n/, '')}`]) {
          const { value, diagnostics } = parse('a.yaml', each)
          if (diagnostics.length > 0) continue
          const once = tidy(each)
          expect(parse('a.yaml', once).value).toEqual(value)
          expect(tidy(once)).toBe(once)
        }
      }),
      RUNS,
    )
  })
})
