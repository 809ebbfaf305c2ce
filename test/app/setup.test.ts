import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { withInclude } from '../../src/app/setup/gitlab-include.js'
import { isGit, specFor } from '../../src/app/setup/installed-from.js'
import { madeBy, marked, markedSchema, unmarked } from '../../src/app/setup/made-file.js'
import { withNeeds } from '../../src/app/setup/package-json.js'

const NEEDS = { name: 'kyc', packages: { 'verification-flows': '1.0.0' }, scripts: { 'flows:plan': 'flows plan' } }

describe('package.json', () => {
  const words = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/)
  const lists = fc.dictionary(words, words, { noNullPrototype: true })
  const packages = fc.record(
    { name: words, scripts: lists, dependencies: lists, devDependencies: lists, files: fc.array(words) },
    { requiredKeys: [] },
  )
  const layouts = fc.constantFrom<string | number>(2, 4, '\t', 0)

  test('has what is needed and all that it had, and is the same when that is asked for again', () => {
    fc.assert(
      fc.property(packages, layouts, fc.boolean(), (before, indent, isWindows) => {
        const plain = `${JSON.stringify(before, null, indent)}\n`
        const text = isWindows ? plain.replaceAll('\n', '\r\n') : plain
        const edited = withNeeds(text, NEEDS)
        const after = JSON.parse(edited)
        expect(after).toEqual({
          ...before,
          scripts: { ...before.scripts, ...NEEDS.scripts },
          devDependencies: { ...before.devDependencies, ...NEEDS.packages },
        })
        expect(withNeeds(edited, NEEDS)).toBe(edited)
        // Lines that were there are there, in their order, but for a comma behind what was the last.
        const bare = (lines: string) => lines.split(/\r?\n/).map((line) => line.replace(/,?$/, ''))
        if (indent !== 0 && before.scripts && before.devDependencies) {
          const rest = bare(edited)
          for (const line of bare(text)) {
            const at = rest.indexOf(line)
            if (!/[{[][}\]]?$/.test(line)) expect(at, line).toBeGreaterThanOrEqual(0)
          }
        }
        if (isWindows && indent !== 0) expect(edited).not.toMatch(/[^\r]\n/)
      }),
    )
  })
})

test('a copy of a schema says how it was made, and is still that schema', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (schema) => {
      const text = `${JSON.stringify({ $schema: 'x', ...schema, title: 'y' }, null, 2)}\n`
      const made = markedSchema(text, 'flow', '0.1.0')
      const { $comment, ...rest } = JSON.parse(made)
      expect($comment).toMatch(/^Made by 'flows schema flow' of verification-flows 0\.1\.0, [0-9a-f]{16}\./)
      if (!('$comment' in schema)) expect(rest).toEqual(JSON.parse(text))
      const how = { command: 'flows schema flow', version: '0.1.0' }
      expect(madeBy(made)).toEqual({ ...how, isEdited: false })
      expect(madeBy(made.replace('"y"', '"z"'))).toEqual({ ...how, isEdited: true })
      expect(unmarked(made)).toBe(text)
    }),
  )
})

describe('the first line of a made file', () => {
  test('tells whether somebody edited the rest, whatever its line ends', () => {
    fc.assert(
      fc.property(
        fc.string().map((text) => `${text.replaceAll('\r', '')}\n`),
        fc.string({ minLength: 1 }),
        (text, more) => {
          const made = marked(text, 'flows ci add github --env live', '0.1.0')
          const command = 'flows ci add github --env live'
          expect(madeBy(made)).toEqual({ command, version: '0.1.0', isEdited: false })
          expect(madeBy(made.replaceAll('\n', '\r\n'))).toEqual({ command, version: '0.1.0', isEdited: false })
          expect(madeBy(`${made}${more}`)).toEqual({
            command,
            version: '0.1.0',
            isEdited: !/^\r*$/.test(more) || !more.includes('\n'),
          })
          expect(madeBy(text)).toBeUndefined()
          expect(unmarked(made)).toBe(text)
        },
      ),
    )
  })
})

describe('.gitlab-ci.yml', () => {
  const FILE = '.gitlab/flows.yml'
  const LOCAL = { local: FILE }

  test.each([
    ['none', undefined, [LOCAL]],
    ['without "include"', 'test: { script: [a] } # mine\n', [LOCAL]],
    [
      'with a list',
      'include:\n- template: A.yml\n- local: b.yml\n',
      [LOCAL, { template: 'A.yml' }, { local: 'b.yml' }],
    ],
    [
      'with an indented list and a comment',
      'include: # all\n  # first\n  - local: b.yml\n',
      [LOCAL, { local: 'b.yml' }],
    ],
  ])('%s: includes the jobs, and keeps what it had', (_, text, include) => {
    const after = withInclude(text, FILE) ?? ''
    expect(parse(after)).toEqual({ ...parse(text ?? '{}'), include })
    expect(withInclude(after, FILE)).toBe(after)
    for (const line of (text ?? '').split('\n')) expect(after).toContain(line)
  })

  test.each([
    ['one line', 'include: { local: b.yml }\n'],
    ['a text', 'include: b.yml\n'],
    ['a list in one line', 'include: [b.yml]\n'],
    ['a header', 'spec: { inputs: {} }\n---\ntest: { script: [a] }\n'],
  ])('%s: leaves it to a person', (_, text) => expect(withInclude(text, FILE)).toBeUndefined())

  test.each([`include: [{ local: ${FILE} }]\n`, `include: '/${FILE}'\n`, `include:\n  - local: "${FILE}"\n`])(
    'sees that it is included already: %s',
    (text) => expect(withInclude(text, FILE)).toBe(text),
  )
})

test.each([
  ['git+https://example.com/a.git#v1', true],
  ['git@example.com:a/b.git', true],
  ['https://example.com/a/b.git', true],
  ['github:a/b', true],
  ['a/b#v1', true],
  ['1.2.3', false],
  ['^1.2.3', false],
  ['npm:@acme/flows@1.2.3', false],
  ['file:vendor/flows.tgz', false],
  ['https://example.com/a/flows-0.1.0.tgz', false],
])('%s is built when it is installed: %s', (spec, isBuilt) => expect(isGit(spec)).toBe(isBuilt))

test('the path of a tarball is written from the folder of package.json', () => {
  expect(specFor('file:/r/vendor/a.tgz', '/r/kyc')).toBe('file:../vendor/a.tgz')
  expect(specFor('1.0.0', '/r/kyc')).toBe('1.0.0')
})
