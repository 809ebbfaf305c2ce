import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadProject } from '../../src/app/project/project.js'
import { readTestedSources } from '../../src/app/project/sources.js'
import { DIAGNOSTIC_CODES, type DiagnosticCode } from '../../src/model/diagnostic.js'
import { type Files, temporaryProject, writeFiles } from '../helpers/temporary-project.js'

const VALID = 'name: A\ntype: document\n'
const one = (text: string | Buffer): Files => ({ 'flows/a.yaml': text })
const config = (text: string): Files => ({ 'flows.config.yaml': text })
const policy = (require: string): Files => ({
  'flows/a.yaml': VALID,
  'policies/p.yaml': `message: m\nrequire: ${require}\n`,
})
const tested = (rest: string): Files => ({
  'flows/a.yaml': VALID,
  'tests/a.test.yaml': `tests: [{ name: n, ${rest} }]\n`,
})
const bound = (id: string) => `${VALID}stripe_flow: { test: ${id} }\n`
const renamed = (from: string) => `${VALID}renamed_from: ${from}\n`

/** The least that brings each code about. */
const CASES: Record<DiagnosticCode, Files> = {
  FILE_UNREADABLE: { 'flows/a.yaml -> nowhere': '' },
  LINK_OUTSIDE: { 'flows/a.yaml -> /etc/hostname': '' },
  FILE_TOO_LARGE: one('#'.repeat(2_000_000)),
  FILE_NOT_UTF8: one(Buffer.from([0xff])),
  FILE_EMPTY: one(''),
  FILE_OVERLOOKED: { 'flows/a.yaml': VALID, 'flows/b.YAML': VALID },
  FOLDER_MISSING: {},
  FOLDER_EMPTY: { 'flows/readme.md': '' },
  YAML_SYNTAX: one('['),
  YAML_TAB: one('a:\n\tb: 1\n'),
  YAML_DUPLICATE_KEY: one(`${VALID}name: B\n`),
  YAML_SEVERAL_DOCUMENTS: one(`${VALID}---\n${VALID}`),
  YAML_ALIASES: one('name: *a\n'),
  YAML_MERGE_KEY: one(`${VALID}<<: {}\n`),
  YAML_TAG: one('name: !x A\ntype: document\n'),
  YAML_KEY: one(`${VALID}1: x\n`),
  WRONG_TYPE: one(`${VALID}options: []\n`),
  NOT_A_BOOLEAN: one(`${VALID}protected: off\n`),
  NOT_A_STRING: one('name: 1\ntype: document\n'),
  UNKNOWN_FIELD: one(`${VALID}x: 1\n`),
  MISSING_FIELD: one('name: A\n'),
  UNKNOWN_VALUE: one('name: A\ntype: x\n'),
  UNKNOWN_DOCUMENT_TYPE: one(`${VALID}options: { document: { allowed_types: [x] } }\n`),
  INVALID_VALUE: one('name: ""\ntype: document\n'),
  KEY_INVALID: { 'flows/A.yaml': VALID },
  KEY_DUPLICATE: { 'flows/a.yaml': VALID, 'flows/a.yml': VALID },
  OPTION_NOT_ALLOWED: one('name: A\ntype: id_number\noptions: { document: {} }\n'),
  RETURN_URL_INVALID: one(`${VALID}return_url: x\n`),
  CONTROL_CHARACTER: one('name: "\\0"\ntype: document\n'),
  HIDDEN_CHARACTER: one('name: "A\\u202e"\ntype: document\n'),
  ENVIRONMENT_TWICE: config('project: p\nenvironments: { a: {}, b: {} }\n'),
  ENVIRONMENT_UNKNOWN: one(`${VALID}environments: { x: {} }\n`),
  FLOW_UNKNOWN: tested('given: { flow: b }, then: { status: verified }'),
  POLICY_UNKNOWN: tested('given: { flow: a }, change: {}, then: { policies: [{ policy: p, status: warned }] }'),
  RENAME_SELF: one(renamed('a')),
  RENAME_LOOP: { 'flows/a.yaml': renamed('b'), 'flows/b.yaml': renamed('a') },
  RENAME_SOURCE_DEFINED: { 'flows/a.yaml': renamed('b'), 'flows/b.yaml': VALID },
  RENAME_AMBIGUOUS: { 'flows/a.yaml': renamed('c'), 'flows/b.yaml': renamed('c') },
  STRIPE_FLOW_TWICE: { 'flows/a.yaml': bound('vf_1'), 'flows/b.yaml': bound('vf_1') },
  EXTENDS_MISSING: one('extends: base/a.yaml\nname: A\ntype: document\n'),
  EXTENDS_FLOW: { 'flows/a.yaml': `extends: flows/b.yaml\n${VALID}`, 'flows/b.yaml': VALID },
  EXTENDS_LOOP: { 'flows/a.yaml': `extends: base/a.yaml\n${VALID}`, 'base/a.yaml': 'extends: base/a.yaml\n' },
  EXTENDS_DEEP: {
    'flows/a.yaml': `extends: base/1.yaml\n${VALID}`,
    ...Object.fromEntries(
      Array.from({ length: 9 }, (_, at) => [
        `base/${at + 1}.yaml`,
        at === 8 ? 'protected: true\n' : `extends: base/${at + 2}.yaml\n`,
      ]),
    ),
  },
  VARIABLE_UNKNOWN: one(`${VALID}description: { variable: why }\n`),
  VARIABLE_MISSING: {
    'flows/a.yaml': `${VALID}description: { variable: why }\n`,
    'flows.config.yaml': `project: p
environments:
  local: { variables: { why: because } }
  live: { mode: live, api: https://flows.example.com, api_key_env: K }
`,
  },
  EXPRESSION_SYNTAX: policy('flow.name =='),
  EXPRESSION_TYPE: policy('flow.nam == "A"'),
  EXPRESSION_LIMIT: policy(`${'('.repeat(50)}true${')'.repeat(50)}`),
  API_KEY_IN_FILE: config('project: p\nflows: sk_test_0123456789abcdefghijklmn\nenvironments: { a: {} }\n'),
  API_URL_INVALID: config('project: p\nenvironments: { a: { api: x, api_key_env: K } }\n'),
}

test('every code has a case', () => {
  expect(Object.keys(CASES).sort()).toEqual(Object.keys(DIAGNOSTIC_CODES).sort())
})

test.each(Object.entries(CASES))('%s is told, alone', async (code, files) => {
  const links = Object.keys(files).filter((name) => name.includes(' -> '))
  const root = temporaryProject(Object.fromEntries(Object.entries(files).filter(([name]) => !links.includes(name))))
  if (links.length > 0) temporaryFlow(root)
  for (const link of links) symlinkSync(link.split(' -> ')[1] ?? '', join(root, link.split(' -> ')[0] ?? ''))
  const { project, diagnostics } = loadProject(join(root, 'flows.config.yaml'))
  const found = project === undefined ? diagnostics : (await readTestedSources(project)).diagnostics
  expect([...new Set(found.map((diagnostic) => diagnostic.code))]).toEqual([code])
  expect(found.every(({ message, at }) => message !== '' && at.line > 0 && at.column > 0)).toBe(true)
})

function temporaryFlow(root: string): void {
  writeFiles(root, { 'flows/valid.yaml': VALID })
}
