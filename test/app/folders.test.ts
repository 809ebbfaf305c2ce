import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { editsFor } from '../../src/app/edits/write-edits.js'
import { findDefinitions } from '../../src/app/project/definitions.js'
import { loadProject } from '../../src/app/project/project.js'
import { aConfig } from '../helpers/builders.js'
import { brief, faultsOf, projectAt, readAt, temporaryProject } from '../helpers/temporary-project.js'

const config = (folders: string) => `project: acme-kyc\nflows: ${folders}\nenvironments: { local: {} }\n`
const flow = (name: string) => `name: ${name}\ntype: document\n`

test('definitions of several folders are one set, in one order', () => {
  const root = temporaryProject({
    'flows.config.yaml': config('[teams/payments/flows, ./flows/]'),
    'flows/b.yaml': flow('B'),
    'teams/payments/flows/a.yaml': flow('A'),
  })
  expect(readAt(root).desired('local')).toMatchObject([
    { key: 'a', file: 'teams/payments/flows/a.yaml' },
    { key: 'b', file: 'flows/b.yaml' },
  ])
  expect(findDefinitions(projectAt(root)).files.map(({ file }) => file)).toEqual([
    'flows/b.yaml',
    'teams/payments/flows/a.yaml',
  ])
})

test('a key in two of them is an error that names both files', () => {
  const root = temporaryProject({
    'flows.config.yaml': config('[flows, more]'),
    'flows/a.yaml': flow('A'),
    'more/a.yaml': flow('A'),
  })
  const { diagnostics } = readAt(root)
  expect(diagnostics).toMatchObject([
    { code: 'KEY_DUPLICATE', at: { file: 'more/a.yaml' }, related: [{ file: 'flows/a.yaml' }] },
  ])
})

test('a folder that is missing or empty is an error at its line, so that nobody archives its flows by mistake', () => {
  const root = temporaryProject({
    'flows.config.yaml': 'project: p\nflows:\n  - flows\n  - gone\n  - empty\nenvironments: { local: {} }\n',
    'flows/a.yaml': flow('A'),
  })
  mkdirSync(join(root, 'empty'))
  expect(readAt(root).diagnostics.map(brief)).toEqual([
    'flows.config.yaml:4:5 FOLDER_MISSING',
    'flows.config.yaml:5:5 FOLDER_EMPTY',
  ])
})

test('a new definition is written to the first folder, and a base is in none of them', () => {
  const root = temporaryProject({
    'flows.config.yaml': config('[one, two]'),
    'one/a.yaml': flow('A'),
    'two/b.yaml': flow('B'),
  })
  const edits = editsFor(projectAt(root), readAt(root), 'local', [{ key: 'c', config: aConfig({ name: 'C' }) }])
  expect(edits).toMatchObject([{ kind: 'create', file: 'one/c.yaml' }])
  expect(
    faultsOf({
      'flows.config.yaml': config('[one, two]'),
      'one/a.yaml': `extends: two/b.yaml\n${flow('A')}`,
      'two/b.yaml': flow('B'),
    }),
  ).toEqual(['one/a.yaml:1:10 EXTENDS_FLOW'])
})

test.each([
  ['[flows, flows/]', '2:16 INVALID_VALUE'],
  ['[flows, flows/payments]', '2:16 INVALID_VALUE'],
  ['[flows, ../flows]', '2:16 INVALID_VALUE'],
  ['[flows, policies]\npolicies: policies/more', '3:11 INVALID_VALUE'],
  ['[]', '2:8 INVALID_VALUE'],
  ['""', '2:8 INVALID_VALUE'],
  ['[1]', '2:9 NOT_A_STRING'],
  ['{ a: 1 }', '2:8 WRONG_TYPE'],
])('flows: %s is an error of the configuration', (folders, fault) => {
  const root = temporaryProject({ 'flows.config.yaml': config(folders), 'flows/a.yaml': flow('A') })
  const { diagnostics } = loadProject(join(root, 'flows.config.yaml'))
  expect(diagnostics.map(brief)).toEqual([`flows.config.yaml:${fault}`])
})
