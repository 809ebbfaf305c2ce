import { expect, test } from 'vitest'
import type { Step } from '../../../src/terraform/framework/provider.js'
import type { Attribute, Block } from '../../../src/terraform/framework/schema.js'
import { wireDiagnostic } from '../../../src/terraform/framework/wire-diagnostic.js'

const of = (type: Attribute['type']): Attribute => ({ description: '', type, given: 'optional' })
const SCHEMA: Block = {
  description: '',
  attributes: {
    name: of('string'),
    tags: of(['map', 'string']),
    steps: of(['list', ['object', { timeout: 'number' }]]),
    labels: of(['set', 'string']),
    link: of({ attributes: { active: of('bool') } }),
  },
  blocks: {
    options: {
      description: '',
      attributes: {},
      blocks: { document: { description: '', attributes: { on: of('bool') } } },
    },
  },
}

test.each<[string, Step[], object[], string]>([
  ['the whole', [], [], ''],
  ['an attribute', [{ attribute: 'name' }], [{ attribute_name: 'name' }], ''],
  [
    "a map's element",
    [{ attribute: 'tags' }, { key: '' }],
    [{ attribute_name: 'tags' }, { element_key_string: '' }],
    '',
  ],
  [
    "a list's element, but not into it",
    [{ attribute: 'steps' }, { index: 0 }, { attribute: 'timeout' }],
    [{ attribute_name: 'steps' }, { element_key_int: 0 }],
    'At steps[0].timeout: ',
  ],
  ['a set, not its element', [{ attribute: 'labels' }, { index: 1 }], [{ attribute_name: 'labels' }], 'At labels[1]: '],
  [
    'an object, not its attribute',
    [{ attribute: 'link' }, { attribute: 'active' }],
    [{ attribute_name: 'link' }],
    'At link.active: ',
  ],
  [
    'an attribute in blocks',
    [{ attribute: 'options' }, { attribute: 'document' }, { attribute: 'on' }],
    [{ attribute_name: 'options' }, { attribute_name: 'document' }, { attribute_name: 'on' }],
    '',
  ],
  [
    'a block, where what is in it is unknown',
    [{ attribute: 'options' }, { attribute: 'other' }],
    [{ attribute_name: 'options' }],
    'At options.other: ',
  ],
  [
    'nothing, where even the first step is unknown',
    [{ attribute: 'other' }, { key: 'a "b"' }],
    [],
    'At other["a \\"b\\""]: ',
  ],
  [
    'an element that is none: a text has no keys',
    [{ attribute: 'name' }, { key: 'a' }],
    [{ attribute_name: 'name' }],
    'At name["a"]: ',
  ],
])('a diagnostic stands at %s', (_, path, steps, prefix) => {
  const told = wireDiagnostic({ severity: 'warning', summary: 'S', detail: 'D.', path }, SCHEMA)
  expect(told).toEqual({
    severity: 2,
    summary: 'S',
    detail: `${prefix}D.`,
    attribute: steps.length === 0 ? null : { steps },
  })
})
