import fc from 'fast-check'
import { stringify } from 'yaml'
import { asDefinition, DOCUMENT_TYPES, type Surroundings } from '../../src/model/flow.js'
import { isObject } from '../../src/model/json.js'
import { mergePatch } from '../../src/model/merge-patch.js'
import type { Modes } from '../../src/model/mode.js'
import type { FlowDefinition } from '../../src/model/schema-types.js'
import { checkDefinition } from '../../src/validate/definition.js'
import { flowBody } from './arbitraries.js'

export const ENVIRONMENTS = ['local', 'test', 'live'] as const
export const MODES: Modes = new Map(ENVIRONMENTS.map((name) => [name, name === 'live' ? 'live' : 'test']))

/** What surrounds a definition that extends nothing and takes no variables. */
export const ALONE: Surroundings = { bases: [], variables: {}, modes: MODES }

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
const nullable = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null })

function compact(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined))
}

const record = (members: Record<string, fc.Arbitrary<unknown>>) =>
  fc.record(Object.fromEntries(Object.entries(members).map(([name, one]) => [name, maybe(one)]))).map(compact)

const flag = nullable(fc.boolean())
const match = nullable(fc.constantFrom('none', 'similar'))
const binding = nullable(fc.constantFrom('vf_1Overlaid', 'vf_1Elsewhere'))
const check = nullable(record({ require_verification: flag }))

/** Any overlay, whether or not it fits a body. */
const overlay = record({
  name: fc.constantFrom('Sandbox', 'Elsewhere: yes', "it's"),
  description: nullable(fc.constantFrom('A copy', 'Two\nlines\n')),
  type: fc.constantFrom('document', 'id_number'),
  options: nullable(
    record({
      document: nullable(
        record({
          allowed_types: nullable(fc.array(fc.constantFrom(...DOCUMENT_TYPES), { minLength: 1, maxLength: 4 })),
          require_id_number: flag,
          require_live_capture: flag,
          require_matching_selfie: flag,
        }),
      ),
      email: check,
      phone: check,
      matching: nullable(record({ name: match, dob: match })),
    }),
  ),
  stripe_flow: nullable(record({ test: binding, live: binding })),
  return_url: nullable(fc.constant('https://example.com/elsewhere')),
  static_link: nullable(record({ active: flag })),
  metadata: nullable(
    fc.dictionary(fc.stringMatching(/^[a-z_]{1,3}$/), nullable(fc.constantFrom('x', '1', 'a, b')), { maxKeys: 3 }),
  ),
  protected: flag,
})

/** Any valid definition for these environments. */
export const definition: fc.Arbitrary<FlowDefinition> = fc
  .record({
    body: fc
      .tuple(flowBody, fc.constantFrom('test' as const, 'live' as const))
      .map(([body, mode]) => asDefinition(body, mode)),
    overlays: fc.tuple(maybe(overlay), maybe(overlay), maybe(overlay)),
  })
  .map(({ body, overlays }) => {
    const environments = compact(
      Object.fromEntries(ENVIRONMENTS.map((name, index) => [name, overlays[index] && fitting(body, overlays[index])])),
    )
    return { ...body, ...(Object.keys(environments).length > 0 && { environments }) } as FlowDefinition
  })
  .filter((value) => checkDefinition(value, MODES).length === 0)

/** Without the options of documents where the type has none. */
function fitting(body: unknown, patch: Record<string, unknown>): Record<string, unknown> {
  const merged = mergePatch(body, patch) as { type: string; options?: Record<string, unknown> }
  if (merged.type !== 'id_number' || !Object.hasOwn(merged.options ?? {}, 'document')) return patch
  return { ...patch, options: isObject(patch.options) ? { ...patch.options, document: null } : { document: null } }
}

/** A definition in any spelling: the choices of its author, one after the other. */
export const definitionText: fc.Arbitrary<{ value: FlowDefinition; text: string }> = fc
  .record({ value: definition, choices: fc.array(fc.nat(59), { minLength: 20, maxLength: 120 }) })
  .map(({ value, choices }) => ({
    value,
    text: new Author(choices).write(value as unknown as Record<string, unknown>),
  }))

class Author {
  readonly #choices: readonly number[]
  #next = 0
  #comments = 0
  readonly #step: string
  readonly #anchors = new Map<string, string>()

  constructor(choices: readonly number[]) {
    this.#choices = choices
    this.#step = this.#one(['  ', '  ', '    ', '   '])
  }

  #one<T>(options: readonly T[]): T {
    const choice = this.#choices[this.#next++ % this.#choices.length] ?? 0
    return options[choice % options.length] as T
  }

  write(value: Record<string, unknown>): string {
    const isFlow = this.#one([false, false, false, false, false, false, false, true])
    const head = this.#one([
      '',
      '# yaml-language-server: $schema=../schemas/flow.schema.json\n',
      '\n# About all\n\n',
      '---\n',
    ])
    const body = isFlow ? `${this.#flow(value, '')}\n` : this.#block(this.#shuffled(value), '')
    const foot = this.#one(['', '', '# The end\n', '\n'])
    const text = head + body + foot
    const ended = this.#one([text, text, text.endsWith('\n') && !/[|>]/.test(text) ? text.slice(0, -1) : text])
    return this.#one([ended, ended, ended.replaceAll('\n', '\r\n')])
  }

  #comment(): string {
    this.#comments += 1
    return `# note ${this.#comments}${this.#one(['', ': with "quotes", [brackets', " it's", ' # again'])}`
  }

  #shuffled(value: Record<string, unknown>): Record<string, unknown> {
    const entries = Object.entries(value)
    const turn = this.#one([0, 0, 1, 2, 5]) % Math.max(1, entries.length)
    return Object.fromEntries([...entries.slice(turn), ...entries.slice(0, turn)])
  }

  #block(value: Record<string, unknown>, indent: string): string {
    return Object.entries(value)
      .map(([name, member]) => {
        const above = this.#one([
          '',
          '',
          '',
          '',
          `${indent}${this.#comment()}\n`,
          '\n',
          `\n${indent}${this.#comment()}\n`,
        ])
        return `${above}${indent}${this.#key(name)}:${this.#member(member, indent)}`
      })
      .join('')
  }

  #key(name: string): string {
    return this.#one([name, name, name, name, JSON.stringify(name), `'${name}'`])
  }

  /** From behind the colon to the end of the line. */
  #member(value: unknown, indent: string): string {
    const beside = this.#one(['', '', '', ` ${this.#comment()}`, `   ${this.#comment()}`])
    const alias = this.#anchors.get(JSON.stringify(value))
    if (alias !== undefined && this.#one([true, false])) return ` *${alias}${beside}\n`
    const anchor = this.#anchor(value)
    const inner = indent + this.#step
    if (Array.isArray(value) && value.length > 0 && this.#one([true, false])) {
      const dash = this.#one([indent, inner])
      const items = value.map(
        (item) => `${dash}- ${this.#scalar(item, false)}${this.#one(['', '', ` ${this.#comment()}`])}\n`,
      )
      return `${anchor}${beside}\n${items.join('')}`
    }
    if (isObject(value) && Object.keys(value).length > 0 && this.#one([true, true, false])) {
      const below = this.#one(['', '', '', `${inner}${this.#comment()}\n`])
      return `${anchor}${beside}\n${this.#block(this.#shuffled(value), inner)}${below}`
    }
    // A block holds no carriage return: YAML reads it as an end of a line.
    const isBlock = typeof value === 'string' && /^\S[^\r]*\S\n?$/.test(value)
    if (isBlock && this.#one([false, false, true])) {
      const style = value.includes('\n') ? '|' : this.#one(['|', '>'])
      const lines = value
        .replace(/\n$/, '')
        .split('\n')
        .map((line) => (line === '' ? '' : inner + line))
      return `${anchor} ${style}${value.endsWith('\n') ? '' : '-'}${beside}\n${lines.join('\n')}\n${this.#one(['', '', '\n'])}`
    }
    if (value === null && this.#one([false, false, true])) return `${beside}\n`
    return `${anchor}${this.#one([' ', ' ', '   '])}${this.#flow(value, indent)}${beside}\n`
  }

  #anchor(value: unknown): string {
    const text = JSON.stringify(value)
    if (value === null || this.#anchors.has(text) || this.#one([true, true, true, false])) return ''
    const name = `a${this.#anchors.size}`
    // Only what is complete may be repeated: an anchor around this one is named before, but never used within.
    this.#anchors.set(text, name)
    return ` &${name}`
  }

  #flow(value: unknown, indent: string): string {
    if (!isObject(value) && !Array.isArray(value)) return this.#scalar(value, true)
    const pad = this.#one(['', ' '])
    const inner = `${indent}${this.#step}${this.#step}`
    const isLong = this.#one([false, false, false, true])
    const trailing = this.#one(['', '', ','])
    const items = isObject(value)
      ? Object.entries(value).map(([name, member]) => `${this.#key(name)}: ${this.#flow(member, inner)}`)
      : value.map((item) => this.#flow(item, inner))
    const [open, close] = isObject(value) ? ['{', '}'] : ['[', ']']
    if (items.length === 0) return `${open}${pad}${close}`
    if (!isLong) return `${open}${pad}${items.join(this.#one([', ', ' , ', ',  ']))}${trailing}${pad}${close}`
    const lines = items.map((item, index) => {
      const comma = index < items.length - 1 ? ',' : trailing
      return `${inner}${item}${comma}${this.#one(['', '', ` ${this.#comment()}`])}`
    })
    return `${open}\n${lines.join('\n')}\n${indent}${this.#step}${close}`
  }

  #scalar(value: unknown, inFlow: boolean): string {
    if (typeof value !== 'string') return String(value)
    if (value.includes('\n')) return JSON.stringify(value)
    const style = this.#one(['plain', 'plain', 'single', 'double'] as const)
    if (style === 'double') return JSON.stringify(value)
    if (style === 'single') return `'${value.replaceAll("'", "''")}'`
    const text = stringify({ k: value }, { lineWidth: 0, ...(inFlow && { collectionStyle: 'flow' }) })
    return inFlow ? text.slice(5, -3) : text.slice(3, -1)
  }
}
