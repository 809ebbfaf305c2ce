import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DiagnosticCode } from '../../src/model/diagnostic.js'

/** The smallest project that gets a code, and what mends it. */
export interface DiagnosticExample {
  /** By file; the page shows them. `flows.config.yaml` and a flow that is valid are there unless they stand here. */
  readonly files?: Readonly<Record<string, string>>
  /** What no text can show, in words for the page, and how it is made. */
  readonly made?: { readonly how: string; readonly by: (root: string) => void }
  /** Without the flow that is valid. */
  readonly alone?: true
  readonly mend: string
  /** Does what `mend` says; then the project is valid. */
  readonly mended: (root: string) => void
}

type Mend = DiagnosticExample['mended']

const change =
  (file: string, from: string | RegExp, to: string): Mend =>
  (root) => {
    const before = readFileSync(join(root, file), 'utf8')
    writeFileSync(join(root, file), before.replace(from, to))
  }
const write =
  (file: string, text: string): Mend =>
  (root) => {
    writeFileSync(join(root, file), text)
  }
const rename =
  (from: string, to: string): Mend =>
  (root) => {
    renameSync(join(root, from), join(root, to))
  }
const remove =
  (file: string): Mend =>
  (root) => {
    rmSync(join(root, file))
  }

const flow = (rest: string, type = 'document') => ({ 'flows/example.yaml': `name: Example\ntype: ${type}\n${rest}` })
const config = (rest: string) => ({ 'flows.config.yaml': `project: acme-kyc\n${rest}` })
const policy = (require: string) => ({ 'policies/example.yaml': `require: ${require}\nmessage: what is asked for\n` })

const tests = (...lines: readonly string[]) => ({
  ...flow(''),
  'tests/example.test.yaml': ['tests:', '  - name: an example', ...lines.map((line) => `    ${line}`), ''].join('\n'),
})

export const EXAMPLES: Readonly<Record<DiagnosticCode, DiagnosticExample>> = {
  FILE_UNREADABLE: {
    made: {
      how: '`flows/example.yaml` is a link to a file that is not there.',
      by: (root) => symlinkSync('nothing-is-here.yaml', join(root, 'flows/example.yaml')),
    },
    mend: 'Make the file readable for you, put back what a link names, or remove the link.',
    mended: remove('flows/example.yaml'),
  },
  LINK_OUTSIDE: {
    made: {
      how: '`flows/example.yaml` is a link to `/etc/hostname`.',
      by: (root) => symlinkSync('/etc/hostname', join(root, 'flows/example.yaml')),
    },
    mend: 'Keep the file inside of the project, which is the folder of `flows.config.yaml`, and let the link lead there.',
    mended: remove('flows/example.yaml'),
  },
  FILE_TOO_LARGE: {
    made: {
      how: '`flows/example.yaml` has a description of 70,000 letters.',
      by: (root) => writeFileSync(join(root, 'flows/example.yaml'), `description: ${'x'.repeat(70_000)}\n`),
    },
    mend: 'Make the file smaller: a definition, a policy or the configuration holds at most 64 KiB, 4,000 lines and 10,000 marks of YAML.',
    mended: write('flows/example.yaml', 'name: Example\ntype: document\n'),
  },
  FILE_NOT_UTF8: {
    made: {
      how: '`flows/example.yaml` was saved as Latin-1.',
      by: (root) =>
        writeFileSync(join(root, 'flows/example.yaml'), Buffer.from('name: Käufer\ntype: document\n', 'latin1')),
    },
    mend: 'Save the file as UTF-8.',
    mended: write('flows/example.yaml', 'name: Käufer\ntype: document\n'),
  },
  FILE_EMPTY: {
    files: { 'flows/example.yaml': '# nothing yet\n' },
    mend: 'Write the definition, or remove the file.',
    mended: write('flows/example.yaml', 'name: Example\ntype: document\n'),
  },
  FILE_OVERLOOKED: {
    files: { 'flows/example.YAML': 'name: Example\ntype: document\n' },
    mend: 'Rename the file so that it ends in `.yaml` or `.yml`. A folder behind a link is not entered either: move it here.',
    mended: rename('flows/example.YAML', 'flows/example.yaml'),
  },
  FOLDER_MISSING: {
    files: config('flows: definitions\nenvironments:\n  local: {}\n'),
    mend: 'Make the folder, or name the right one as `flows` in the configuration.',
    mended: change('flows.config.yaml', 'definitions', 'flows'),
  },
  FOLDER_EMPTY: {
    alone: true,
    made: { how: 'The folder `flows/` holds no file.', by: () => {} },
    mend: 'Write a definition. That no definition at all is an error keeps a wrong folder from archiving every flow.',
    mended: write('flows/example.yaml', 'name: Example\ntype: document\n'),
  },
  YAML_SYNTAX: {
    files: { 'flows/example.yaml': 'name: "Example\ntype: document\n' },
    mend: 'Look at the place that is named, and a little above it: a quote, a bracket or the indentation is wrong.',
    mended: change('flows/example.yaml', '"Example', '"Example"'),
  },
  YAML_TAB: {
    files: { 'flows/example.yaml': 'name: Example\ntype: document\noptions:\n\tphone: {}\n' },
    mend: 'Indent with spaces.',
    mended: change('flows/example.yaml', '\t', '  '),
  },
  YAML_DUPLICATE_KEY: {
    files: { 'flows/example.yaml': 'name: Example\ntype: document\nname: Another\n' },
    mend: 'Remove one of the two.',
    mended: change('flows/example.yaml', 'name: Another\n', ''),
  },
  YAML_SEVERAL_DOCUMENTS: {
    files: { 'flows/example.yaml': 'name: Example\ntype: document\n---\nname: Another\ntype: document\n' },
    mend: 'Put each flow into a file of its own.',
    mended: change('flows/example.yaml', '---\nname: Another\ntype: document\n', ''),
  },
  YAML_ALIASES: {
    files: flow('options: *shared\n'),
    mend: 'Write the anchor (`&shared`) above its alias, or write the value out.',
    mended: change('flows/example.yaml', '*shared', '{ phone: { require_verification: true } }'),
  },
  YAML_MERGE_KEY: {
    files: flow('options:\n  email: &check { require_verification: true }\n  phone:\n    <<: *check\n'),
    mend: 'Write the members out, or use the alias as the whole value: `phone: *check`.',
    mended: change('flows/example.yaml', 'phone:\n    <<: *check', 'phone: *check'),
  },
  YAML_TAG: {
    files: flow('description: !secret vault\n'),
    mend: 'Remove the tag.',
    mended: change('flows/example.yaml', '!secret ', ''),
  },
  YAML_KEY: {
    files: flow('metadata:\n  2026: budget\n'),
    mend: 'Put the key into quotes: `"2026"`.',
    mended: change('flows/example.yaml', '2026', '"2026"'),
  },
  WRONG_TYPE: {
    files: flow('options: [phone]\n'),
    mend: 'Give the field the type that the message names; see [the definition](definition.md).',
    mended: change('flows/example.yaml', '[phone]', '{ phone: {} }'),
  },
  NOT_A_BOOLEAN: {
    files: flow('protected: yes\n'),
    mend: 'Write `true` or `false`.',
    mended: change('flows/example.yaml', 'yes', 'true'),
  },
  NOT_A_STRING: {
    files: flow('metadata: { tier: 2 }\n'),
    mend: 'Put the value into quotes: `"2"`.',
    mended: change('flows/example.yaml', '2', '"2"'),
  },
  UNKNOWN_FIELD: {
    files: flow('retrun_url: https://example.com/done\n'),
    mend: 'Correct the name, or remove the field; [the definition](definition.md) has all of them.',
    mended: change('flows/example.yaml', 'retrun_url', 'return_url'),
  },
  MISSING_FIELD: {
    files: { 'flows/example.yaml': 'type: document\n' },
    mend: 'Add the field.',
    mended: change('flows/example.yaml', 'type', 'name: Example\ntype'),
  },
  UNKNOWN_VALUE: {
    files: flow('', 'documents'),
    mend: 'Choose one of the values that the message names.',
    mended: change('flows/example.yaml', 'documents', 'document'),
  },
  UNKNOWN_DOCUMENT_TYPE: {
    files: flow('options:\n  document: { allowed_types: [pasport] }\n'),
    mend: 'Choose among `driving_license`, `id_card` and `passport`.',
    mended: change('flows/example.yaml', 'pasport', 'passport'),
  },
  INVALID_VALUE: {
    files: { 'flows/example.yaml': 'name: " Example"\ntype: document\n' },
    mend: 'Keep to the limit that the message names.',
    mended: change('flows/example.yaml', '" Example"', 'Example'),
  },
  KEY_INVALID: {
    files: { 'flows/High Value.yaml': 'name: Example\ntype: document\n' },
    mend: 'Rename the file: small letters, digits, `-` and `_`, at most 63, beginning with a letter or digit.',
    mended: rename('flows/High Value.yaml', 'flows/high-value.yaml'),
  },
  KEY_DUPLICATE: {
    files: {
      'flows/one/example.yaml': 'name: Example\ntype: document\n',
      'flows/two/example.yaml': 'name: Another\ntype: document\n',
    },
    mend: 'Rename one of the files. Folders are not part of the key.',
    mended: rename('flows/two/example.yaml', 'flows/two/another.yaml'),
  },
  OPTION_NOT_ALLOWED: {
    files: flow('options:\n  document: { require_live_capture: true }\n', 'id_number'),
    mend: 'Remove the option, or choose the other type.',
    mended: change('flows/example.yaml', 'id_number', 'document'),
  },
  RETURN_URL_INVALID: {
    files: flow('return_url: http://example.com/done\n'),
    mend: "Use https, an app's own scheme such as `myapp://done`, or http on localhost.",
    mended: change('flows/example.yaml', 'http:', 'https:'),
  },
  CONTROL_CHARACTER: {
    files: { 'flows/example.yaml': 'name: "Exam\\u0007ple"\ntype: document\n' },
    mend: 'Remove the character.',
    mended: change('flows/example.yaml', '\\u0007', ''),
  },
  HIDDEN_CHARACTER: {
    files: { 'flows/example.yaml': 'name: "Exam\\u202eple"\ntype: document\n' },
    mend: 'Remove the character: the line above shows it as an escape.',
    mended: change('flows/example.yaml', '\\u202e', ''),
  },
  ENVIRONMENT_TWICE: {
    files: config('environments:\n  local: {}\n  mine: {}\n'),
    mend: 'Give one of them an `api`, or remove it: a project has one embedded store.',
    mended: change('flows.config.yaml', '  mine: {}\n', ''),
  },
  ENVIRONMENT_UNKNOWN: {
    files: flow('environments:\n  lvie: { protected: true }\n'),
    mend: 'Correct the name, or add the environment to the configuration.',
    mended: change('flows/example.yaml', 'lvie', 'live'),
  },
  FLOW_UNKNOWN: {
    files: tests('given: { flow: exmaple }', 'when: [verified]', 'then: { status: verified }'),
    mend: 'Name a flow that has a definition, or remove the test with the flow.',
    mended: change('tests/example.test.yaml', 'exmaple', 'example'),
  },
  POLICY_UNKNOWN: {
    files: {
      ...policy('flow.options.document.require_live_capture'),
      ...tests(
        'given: { flow: example }',
        'change: { name: Sample }',
        'then: { policies: [{ policy: exmaple, status: blocked }] }',
      ),
    },
    mend: 'Name a policy that has a file, or remove what the test says about it.',
    mended: change('tests/example.test.yaml', 'exmaple', 'example'),
  },
  RENAME_SELF: {
    files: flow('renamed_from: example\n'),
    mend: 'Name the key that the flow had before, or remove the line.',
    mended: change('flows/example.yaml', 'renamed_from: example\n', ''),
  },
  RENAME_LOOP: {
    files: {
      'flows/one.yaml': 'name: One\ntype: document\nrenamed_from: two\n',
      'flows/two.yaml': 'name: Two\ntype: document\nrenamed_from: three\n',
      'flows/three.yaml': 'name: Three\ntype: document\nrenamed_from: one\n',
    },
    mend: 'Remove the lines: a flow can only take a key that is free.',
    mended: (root) => {
      for (const key of ['one', 'two', 'three']) change(`flows/${key}.yaml`, /renamed_from: .*\n/, '')(root)
    },
  },
  RENAME_SOURCE_DEFINED: {
    files: {
      'flows/old.yaml': 'name: Old\ntype: document\n',
      'flows/new.yaml': 'name: New\ntype: document\nrenamed_from: old\n',
    },
    mend: 'Remove the definition of the old key, or the `renamed_from`.',
    mended: remove('flows/old.yaml'),
  },
  RENAME_AMBIGUOUS: {
    files: {
      'flows/one.yaml': 'name: One\ntype: document\nrenamed_from: old\n',
      'flows/two.yaml': 'name: Two\ntype: document\nrenamed_from: old\n',
    },
    mend: 'Decide which of the two the old flow becomes, and remove the line from the other.',
    mended: change('flows/two.yaml', 'renamed_from: old\n', ''),
  },
  STRIPE_FLOW_TWICE: {
    files: {
      'flows/one.yaml': 'name: One\ntype: document\nstripe_flow: { test: vf_1PgafBB7WZ01zgkW }\n',
      'flows/two.yaml': 'name: Two\ntype: document\nstripe_flow: { test: vf_1PgafBB7WZ01zgkW }\n',
    },
    mend: 'A session of that flow would belong to either. Decide which of the two it is, and bind the other one to a flow of its own.',
    mended: change('flows/two.yaml', 'vf_1PgafBB7WZ01zgkW', 'vf_1S9VWcG1gGcGMAQD'),
  },
  EXTENDS_MISSING: {
    files: {
      'base/strict.yaml': 'type: document\noptions:\n  document: { require_matching_selfie: true }\n',
      'flows/example.yaml': 'extends: base/strikt.yaml\nname: Example\ntype: document\n',
    },
    mend: 'Write the path from the folder of `flows.config.yaml`.',
    mended: change('flows/example.yaml', 'strikt', 'strict'),
  },
  EXTENDS_FLOW: {
    files: {
      'flows/strict.yaml': 'name: Strict\ntype: document\n',
      'flows/example.yaml': 'extends: flows/strict.yaml\nname: Example\n',
    },
    mend: 'Move what both have into a file outside of the folder: every file in it is a flow.',
    mended: (root) => {
      write('strict.yaml', 'type: document\n')(root)
      change('flows/example.yaml', 'flows/strict.yaml', 'strict.yaml')(root)
      change('flows/strict.yaml', /^/, 'extends: strict.yaml\n')(root)
    },
  },
  EXTENDS_LOOP: {
    files: {
      'base/one.yaml': 'extends: base/two.yaml\ntype: document\n',
      'base/two.yaml': 'extends: base/one.yaml\nprotected: true\n',
      'flows/example.yaml': 'extends: base/one.yaml\nname: Example\n',
    },
    mend: 'Take the line out of the file that stands below the other.',
    mended: change('base/two.yaml', 'extends: base/one.yaml\n', ''),
  },
  EXTENDS_DEEP: {
    made: {
      how: '`flows/example.yaml` extends `base/1.yaml`, that `base/2.yaml`, and so on to `base/9.yaml`.',
      by: (root) => {
        mkdirSync(join(root, 'base'))
        for (const level of [1, 2, 3, 4, 5, 6, 7, 8]) {
          write(`base/${level}.yaml`, `extends: base/${level + 1}.yaml\n`)(root)
        }
        write('base/9.yaml', 'type: document\n')(root)
        write('flows/example.yaml', 'extends: base/1.yaml\nname: Example\n')(root)
      },
    },
    mend: 'Put bases together that only one other file extends: at most 8 files may stand one over the other.',
    mended: write('base/8.yaml', 'type: document\n'),
  },
  VARIABLE_UNKNOWN: {
    files: flow('return_url: { variable: verified_url }\n'),
    mend: 'Give the variable a value under `variables` of every environment, or write the value itself.',
    mended: change('flows/example.yaml', '{ variable: verified_url }', 'https://example.com/verified'),
  },
  VARIABLE_MISSING: {
    files: {
      'flows.config.yaml': `project: acme-kyc
environments:
  local: { variables: { verified_url: http://localhost:3000/verified } }
  live: { mode: live, api: https://flows.example.com, api_key_env: FLOWS_LIVE_KEY }
`,
      ...flow('return_url: { variable: verified_url }\n'),
    },
    mend: 'Give the variable a value in that environment, too, or write another value for it into an overlay.',
    mended: change('flows/example.yaml', /$/, 'environments:\n  live: { return_url: https://example.com/verified }\n'),
  },
  EXPRESSION_SYNTAX: {
    files: policy('flow.name =='),
    mend: 'Write the condition as [CEL](../guides/policies.md).',
    mended: change('policies/example.yaml', '==', '== "Example"'),
  },
  EXPRESSION_TYPE: {
    files: policy('flow.nmae == "Example"'),
    mend: 'Name what there is; [the guide to policies](../guides/policies.md#what-can-a-condition-look-at) has the list.',
    mended: change('policies/example.yaml', 'nmae', 'name'),
  },
  EXPRESSION_LIMIT: {
    files: policy('flow.metadata.all(a, flow.metadata.all(b, flow.metadata.all(c, a != b)))'),
    mend: 'Make it two policies, or put no list inside of another.',
    mended: change('policies/example.yaml', /require: .*/, 'require: flow.metadata.all(a, size(a) > 2)'),
  },
  API_KEY_IN_FILE: {
    files: flow(`metadata: { key: sk_live_${'0123456789abcdef'.repeat(2)} }\n`),
    mend: 'Remove the key from the file, revoke it, and name the variable that holds the new one: `api_key_env`.',
    mended: change('flows/example.yaml', /sk_live_\w+/, 'none'),
  },
  API_URL_INVALID: {
    files: config('environments:\n  test: { api: "http://flows.example.com", api_key_env: FLOWS_TEST_KEY }\n'),
    mend: 'Write the address with https; http is for localhost only.',
    mended: change('flows.config.yaml', 'http:', 'https:'),
  },
}
