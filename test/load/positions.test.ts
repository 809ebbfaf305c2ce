import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from '../../src/load/parse.js'
import { placeIssues } from '../../src/load/place-issues.js'
import { SourceMap } from '../../src/load/source-map.js'
import { type FlowBody, normalise } from '../../src/model/flow.js'
import { checkDefinition } from '../../src/validate/definition.js'
import { faultsOf } from '../helpers/temporary-project.js'

/** What is wrong with one definition: "line:column CODE". */
function faults(...lines: string[]): string[] {
  return faultsOf({ 'flows/a.yaml': lines.join('\n') }).map((fault) => fault.replace('flows/a.yaml:', ''))
}

describe('a fault is placed', () => {
  test('at the key when no field has its name', () => {
    expect(faults('name: A', 'type: document', 'optoins: {}')).toEqual(['3:1 UNKNOWN_FIELD'])
  })

  test('at the first key of the mapping that lacks a field', () => {
    expect(faults('# comment', '', 'type: document')).toEqual(['3:1 MISSING_FIELD'])
  })

  test('at 1:1 of an empty mapping that lacks fields, once', () => {
    expect(faults('{}')).toEqual(['1:1 MISSING_FIELD'])
  })

  test('at the value, within a flow list too', () => {
    const text = ['name: A', 'type: document', 'options: { document: { allowed_types: [passport, pasport] } }']
    expect(faults(...text)).toEqual(['3:50 UNKNOWN_DOCUMENT_TYPE'])
  })

  test('at the key when nothing is written behind it', () => {
    expect(faults('name: A', 'type: document', 'options:', '  email:', 'protected: false')).toEqual(['4:3 WRONG_TYPE'])
  })

  test('in columns of UTF-16 units', () => {
    expect(faults('{ name: "\u{1F600}é", type: documents }')).toEqual(['1:22 UNKNOWN_VALUE'])
  })

  test('after a byte-order mark and with CRLF as without', () => {
    expect(faults('\ufeffname: A\r', 'type: documents\r', '')).toEqual(['2:7 UNKNOWN_VALUE'])
    expect(faults('\ufefftype: documents\r', 'name: A\r', '')).toEqual(['1:7 UNKNOWN_VALUE'])
  })

  test('where an anchor stands when an alias repeats it, once', () => {
    const text = [
      'name: A',
      'type: document',
      'options:',
      '  email: &check { require_verification: on }',
      '  phone: *check',
    ]
    expect(faults(...text)).toEqual(['4:41 NOT_A_BOOLEAN'])
  })

  test('at the tag, quote or character that is not understood', () => {
    expect(faults('name: !include other.yaml', 'type: document')).toEqual(['1:7 YAML_TAG'])
    expect(faults('name: @home', 'type: document')).toEqual(['1:7 YAML_SYNTAX'])
    expect(faults('name: A', "description: 'It's", 'type: document')).toEqual(['2:18 YAML_SYNTAX'])
  })

  test('at the marks that a merge has left', () => {
    const text = ['name: A', '<<<<<<< HEAD', 'type: document', '=======', 'type: id_number', '>>>>>>> edit']
    expect(faults(...text)).toEqual(['2:1 YAML_SYNTAX'])
    expect(parse('a.yaml', text.join('\n')).diagnostics[0]?.message).toBe('a merge has left a conflict here')
    const quoted = ['name: A', 'type: document', 'description: |', '  <<<<<<< HEAD', '  =======']
    expect(faults(...quoted)).toEqual([])
  })

  test('at the level that nests too deep', () => {
    expect(faults(`name: ${'['.repeat(200)}${']'.repeat(200)}`)).toEqual(['1:70 YAML_SYNTAX'])
  })
})

describe('one file can have many faults', () => {
  test('YAML that is no plain data does not hide what else is wrong', () => {
    const text = ['name: A', 'name: B', 'type: documents', 'metadata: { 1: x, team: 5 }', 'protected: yes']
    expect(faults(...text)).toEqual([
      '2:1 YAML_DUPLICATE_KEY',
      '3:7 UNKNOWN_VALUE',
      '4:13 YAML_KEY',
      '4:25 NOT_A_STRING',
      '5:12 NOT_A_BOOLEAN',
    ])
  })

  test('a field that a merge key may have brought is not missing', () => {
    expect(faults('<<: { name: A }', 'type: document')).toEqual(['1:1 YAML_MERGE_KEY'])
  })

  test('of a repeated key the first is checked', () => {
    expect(faults('name: A', 'type: document', 'type: documents')).toEqual(['3:1 YAML_DUPLICATE_KEY'])
  })

  test('text that cannot be read as YAML is one fault', () => {
    expect(faults('name: "A', 'type: documents', 'x: [', '\ty: 1')).toHaveLength(1)
  })

  test('a tab is named rather than the confusion behind it', () => {
    expect(faults('name: A', 'options:', '\tdocument:', '\t\tallowed_types: [x]')).toEqual(['3:1 YAML_TAB'])
  })
})

describe('YAML is version 1.2, core schema', () => {
  test('an older version is refused by name', () => {
    expect(faults('%YAML 1.1', '---', 'name: A', 'type: document')).toEqual(['1:1 YAML_SYNTAX'])
  })

  test('version 1.2 may be asked for', () => {
    expect(faults('%YAML 1.2', '---', 'name: A', 'type: document')).toEqual([])
  })

  test.each(['2026-01-01', '0b11', '12:30:45', '1_000'])('%s is a string', (text) => {
    expect(faults(`name: ${text}`, 'type: document')).toEqual([])
  })

  test.each(['1', '0x1F', '1e3', '.inf', 'true', '-0.0'])('%s is none', (text) => {
    expect(faults(`name: ${text}`, 'type: document')).toEqual(['1:7 NOT_A_STRING'])
  })

  test('tags that make other things than plain data are refused', () => {
    expect(faults('name: !!binary aGVsbG8=', 'type: document')).toEqual(['1:7 YAML_TAG'])
    expect(faults('name: A', 'type: document', 'metadata: !!set { a }')).toContain('3:11 YAML_TAG')
  })

  test('a quoted << is a key like any other', () => {
    expect(faults('name: A', 'type: document', 'metadata: { "<<": x }')).toEqual([])
  })

  test('aliases within the bound are repeated', () => {
    const text = [
      'name: A',
      'type: document',
      'options:',
      '  email: &check { require_verification: true }',
      '  phone: *check',
    ]
    expect(faults(...text)).toEqual([])
  })

  test('an alias inside of its own anchor, or of none, is told', () => {
    expect(faults('name: A', 'type: document', 'metadata: &m { a: *m }')).toEqual(['3:19 YAML_ALIASES'])
    expect(faults('name: *nobody', 'type: document')).toEqual(['1:7 YAML_ALIASES'])
  })
})

test('no text is the cause of a crash, and every fault lies within the text', () => {
  const scrap = fc.constantFrom(
    ...[
      'name: A',
      'type: document',
      'options:',
      '  document:',
      '    allowed_types: [passport',
      ']',
      '- ',
      '? ',
      ': ',
      '&a ',
    ],
    ...[
      '*a',
      '!x ',
      '"',
      "'",
      '|',
      '>',
      '{',
      '}',
      '#',
      '%YAML 1.2',
      '---',
      '...',
      '\t',
      '\n',
      '\n',
      '\n',
      '  ',
      '\r',
      '<<: ',
      '1',
    ],
    ...['environments:', '  live:', 'é', '\u{1F600}', '\0', '\\', ',', 'null', 'yes', '~', '@', '\ufeff'],
  )
  const text = fc.oneof(
    fc.array(scrap, { maxLength: 25 }).map((parts) => parts.join('')),
    fc.string({ unit: 'binary' }),
  )
  fc.assert(
    fc.property(text, (content) => {
      const decoded = Buffer.from(content)
        .toString()
        .replace(/^\ufeff/, '')
      const lines = decoded.split('\n')
      const { value, diagnostics } = parse('a.yaml', decoded)
      const issues = value === undefined ? [] : checkDefinition(value, new Map([['live', 'live']]))
      for (const { at } of [...diagnostics, ...placeIssues('a.yaml', issues, new SourceMap(decoded))]) {
        expect(at.line).toBeLessThanOrEqual(lines.length)
        expect(at.column).toBeLessThanOrEqual((lines[at.line - 1]?.length ?? 0) + 1)
      }
      if (value !== undefined && issues.length === 0) normalise(value as FlowBody)
    }),
    { numRuns: 1_000 },
  )
})
