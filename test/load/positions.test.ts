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
    const text = ['name: A', '