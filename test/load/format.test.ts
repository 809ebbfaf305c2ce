import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Document, type Scalar, visit } from 'yaml'
import { formatDefinition, formatPolicy } from '../../src/load/format.js'
import { formatFiles } from '../../src/load/format-files.js'
import { lexemesOf } from '../../src/load/lexemes.js'
import { parse } from '../../src/load/parse.js'
import { asDefinition } from '../../src/model/flow.js'
import { flowBody } from '../helpers/arbitraries.js'
import { runs } from '../helpers/runs.js'
import { brief, temporaryProject } from '../helpers/temporary-project.js'

function format(text: string, schema?: string): string {
  const formatted = formatDefinition('a.yaml', text, schema === undefined ? {} : { schema })
  if ('diagnostics' in formatted) throw new Error(formatted.diagnostics.map(brief).join('\n'))
  return formatted.text
}

describe('the standard layout', () => {
  test('has one order, two spaces, and every comment where it belongs', () => {
    const text = `
# Owned by risk.
type:   document   # not a number


options:
    email: {require_verification: true}

    document:
        # any of these
        allowed_types: [ passport,id_card ]  # a set
        require_live_capture: yes-or-no
    # nothing else
environments:
  live:
     static_link: {active: true}
     name: X
# shown to people
name: "High: value"
unknown: 1
description: |
   Two

   paragraphs
# the end`
    expect(
      format(text, '../schemas/flow.schema.json'),
    ).toBe(`# yaml-language-server: $schema=../schemas/flow.schema.json
# Owned by risk.
# shown to people
name: "High: value"
description: |
  Two

  paragraphs
type: document # not a number

options:
  document:
    # any of these
    allowed_types: [passport, id_card] # a set
    require_live_capture: yes-or-no
  email: { require_verification: true }
  # nothing else
environments:
  live:
    name: X
    static_link: { active: true }
unknown: 1

# the end
`)
  })

  test('keeps the modeline that is there, and puts it first', () => {
    const text = '# Mine\n# yaml-language-server: $schema=./my.json\nname: A\ntype: document\n'
    expect(format(text, '../other.json')).toBe(
      '# yaml-language-server: $schema=./my.json\n# Mine\nname: A\ntype: document\n',
    )
  })

  test('leaves what nobody sees, such as marks that reorder a line, as the escapes that an author sees', () => {
    const text = 'name: "a\\u202eb\\u2028c" # "said"\ntype: document\n'
    expect(format(text)).toBe(text)
    expect(format('type: document\nname: "a\u2066b"\n')).toBe('name: "a\\u2066b"\ntype: document\n')
    const tags = 'name: "a\\U000e0041\\u200b"\ntype: document\n'
    expect(format(tags)).toBe(tags)
  })

  test('keeps a second modeline as a comment', () => {
    const text = '# yaml-language-server: $schema=a\n# yaml-language-server: $schema=b\nname: A\ntype: document\n'
    expect(format(text)).toBe(text)
  })

  test('does without byte-order mark and document markers', () => {
    expect(format('\ufeff%YAML 1.2\n---\nname: A\ntype: document')).toBe('name: A\ntype: document\n')
  })

  test('ends lines as the first line of the file does', () => {
    expect(format('type:  document\r\nname: A\n')).toBe('name: A\r\ntype: document\r\n')
    expect(format('type:  document\nname: A\r\n')).toBe('name: A\ntype: document\n')
    const literal = 'name: A\r\ndescription: |\r\n  two\r\n\r\n  lines\r\ntype: document\r\n'
    expect(format(literal)).toBe(literal)
  })

  test('leaves the lines of a folded text where its author broke them', () => {
    const policy = (indent: string) =>
      `message: m\nwhen: >-${indent === '  ' ? '' : ' '} # both\n${['flow.type == "document" &&', 'has(flow.options)', '', '  && true'].map((line) => (line === '' ? '' : indent + line)).join('\n')}\nrequire: >\n${indent}a ||\n${indent}b\n`
    const tidy = policy('  ').replace(/^(message.*\n)([\s\S]*)/, '$2$1')
    for (const indent of ['  ', '      ']) {
      const formatted = formatPolicy('p.yaml', policy(indent))
      expect(formatted).toEqual({ text: tidy })
    }
    expect(format('type: document\ndescription: >\n    Two\n    lines,\n\n    one blank\n\nname: A\n')).toBe(
      'name: A\ndescription: >\n  Two\n  lines,\n\n  one blank\ntype: document\n',
    )
  })

  test('leaves an alias behind its anchor, and orders whatever no alias is in the way of', () => {
    const options = 'options:\n  phone: &check { require_verification: true }\n  email: *check\n'
    expect(format(`${options}type: document\nname: A\n`)).toBe(`name: A\ntype: document\n${options}`)
    const constrained = 'type: document\ndescription: &text Text\nname: *text\n'
    expect(format(constrained)).toBe(constrained)
    // The same name twice: which anchor an alias repeats must not change.
    const twice = 'type: document\nmetadata: { a: &x one }\nname: *x\ndescription: &x two\nreturn_url: *x\n'
    expect(format(twice)).toBe(twice)
  })

  test('keeps quotes that decide what a value is', () => {
    const text = `name: "5"\ntype: document\nmetadata:\n  a: 'true'\n  b: "x: y"\n  c: "\\e"\n`
    expect(format(text)).toBe(text)
  })
})

test.each(['name: [', 'name: A\nname: B\n', 'a: 1\n---\nb: 2\n', '\tname: A\n', '', 'x: !tag 1\n'])(
  'what is no plain YAML is refused: %j',
  (text) => {
    expect(formatDefinition('a.yaml', text)).toMatchObject({ diagnostics: [{ at: { file: 'a.yaml' } }] })
  },
)

describe('whatever is formatted', () => {
  /** A definition as somebody might have typed it: any order, any style, comments and blank lines anywhere. */
  const written = fc
    .record({
      body: flowBody.map((one) => asDefinition(one, 'live')),
      overlay: fc.option(flowBody.map((one) => asDefinition(one, 'test'))),
      seed: fc.infiniteStream(fc.nat(11)),
    })
    .map(({ body, overlay, seed }) => {
      const next = () => seed.next().value as number
      const shuffled = Object.entries({ ...body, ...(overlay && { environments: { live: overlay } }) })
        .map((entry) => [next(), entry] as const)
        .sort(([a], [b]) => a - b)
        .map(([, entry]) => entry)
      const document = new Document(Object.fromEntries(shuffled))
      visit(document, {
        Collection(_, node) {
          if (next() < 3) node.flow = true
        },
        Pair(_, { key, value }) {
          const name = key as Scalar
          if (next() === 0) name.commentBefore = ' a comment\n in two lines'
          if (next() === 0) name.spaceBefore = true
          const node = value as Scalar | null
          if (next() === 0 && node !== null) node.comment = ' behind'
        },
        Scalar(key, node) {
          if (key === 'key' || typeof node.value !== 'string') return
          const styles = ['PLAIN', 'QUOTE_SINGLE', 'QUOTE_DOUBLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED'] as const
          node.type = styles[next() % styles.length] ?? 'PLAIN'
        },
      })
      const indent = 1 + (next() % 4)
      return document.toString({ indent, lineWidth: next() * 10, ...(next() === 0 && { directives: true }) })
    })
    .filter((text) => parse('a.yaml', text).diagnostics.length === 0)

  const FIELDS = [
    'name',
    'description',
    'type',
    'options',
    'return_url',
    'static_link',
    'metadata',
    'protected',
    'environments',
  ]
  const root = new RegExp(`^(${FIELDS.join('|')}):`, 'gm')
  // A "#" within a text begins none.
  const comments = (text: string) =>
    lexemesOf(text)
      .filter(({ text: one, isContent }) => !isContent && one.startsWith('#'))
      .map(({ text: one }) => one.trimEnd())
      .sort()

  // One property: writing and formatting a text takes longer than all that is checked of it.
  test('says what it said before, keeps every comment, names its fields in order, and stays when formatted again', () => {
    const { numRuns } = runs(600)
    let kept = 0
    fc.assert(
      fc.property(written, (text) => {
        const formatted = format(text)
        expect(parse('a.yaml', formatted).value).toEqual(parse('a.yaml', text).value)
        expect(comments(formatted)).toEqual(comments(text))
        const fields = [...formatted.matchAll(root)].map(([, name]) => FIELDS.indexOf(name ?? ''))
        // Some rare spellings would be given another meaning by the library, so that the text stays as it was.
        if (formatted === text) kept += 1
        else expect(fields).toEqual(fields.toSorted((a, b) => a - b))
        expect(format(formatted)).toBe(formatted)
        const onWindows = formatted.replaceAll('\n', '\r\n')
        expect(format(onWindows)).toBe(onWindows)
      }),
      { numRuns },
    )
    expect(kept).toBeLessThan(numRuns / 20)
  })
})

test('files are formatted without being written, and those that cannot be are told', () => {
  const root = temporaryProject({
    'flows/good.yaml': 'name: A\ntype: document\n',
    'flows/windows.yaml': 'name: A\r\ntype: document\r\n',
    'flows/marked.yaml': '\ufeffname: A\ntype: document\n',
    'flows/messy.yaml': 'type:  document\nname: A\n',
    'flows/broken.yaml': 'name: [',
    'flows/latin.yaml': Buffer.from([0xff]),
  })
  const files = ['good', 'windows', 'marked', 'messy', 'broken', 'latin', 'missing'].map((name) => `flows/${name}.yaml`)
  expect(
    formatFiles(root, files, formatDefinition).map(({ text, diagnostics }) => text ?? diagnostics.map(brief)),
  ).toEqual([
    [],
    [],
    'name: A\ntype: document\n',
    'name: A\ntype: document\n',
    ['flows/broken.yaml:1:8 YAML_SYNTAX'],
    ['flows/latin.yaml:1:1 FILE_NOT_UTF8'],
    ['flows/missing.yaml:1:1 FILE_UNREADABLE'],
  ])
})
