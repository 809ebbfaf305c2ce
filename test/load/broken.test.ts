import { cpSync, existsSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cpuTimer } from '../helpers/cpu-time.js'
import { brief, readAt, temporaryProject } from '../helpers/temporary-project.js'

/** Every pitfall once: thirty faults, of which three need a second file that is without fault by itself. */
const EXPECTED = [
  'flows/Invalid Key.yaml:1:1 KEY_INVALID',
  'flows/alias-bomb.yaml:7:10 YAML_ALIASES',
  'flows/boolean-yes.yaml:5:27 NOT_A_BOOLEAN',
  'flows/control-character.yaml:1:7 CONTROL_CHARACTER',
  'flows/custom-tag.yaml:1:7 YAML_TAG',
  'flows/duplicate-key.yaml:4:1 YAML_DUPLICATE_KEY',
  'flows/empty.yaml:1:1 FILE_EMPTY',
  'flows/leads-nowhere.yaml:1:1 FILE_UNREADABLE',
  'flows/list-at-root.yaml:2:1 WRONG_TYPE',
  'flows/loop-one.yaml:3:15 RENAME_LOOP',
  'flows/merge-key.yaml:6:5 YAML_MERGE_KEY',
  'flows/missing-name.yaml:2:1 MISSING_FIELD',
  'flows/name-too-long.yaml:1:7 INVALID_VALUE',
  'flows/not-utf8.yaml:2:20 FILE_NOT_UTF8',
  'flows/number-as-key.yaml:4:3 YAML_KEY',
  'flows/number-as-name.yaml:1:7 NOT_A_STRING',
  'flows/option-not-allowed.yaml:5:3 OPTION_NOT_ALLOWED',
  'flows/overlay-of-unknown-environment.yaml:5:3 ENVIRONMENT_UNKNOWN',
  'flows/rename-source-defined.yaml:3:15 RENAME_SOURCE_DEFINED',
  'flows/renamed-by-two.yaml:4:15 RENAME_AMBIGUOUS',
  'flows/renamed-from-itself.yaml:3:15 RENAME_SELF',
  'flows/return-url-http.yaml:3:13 RETURN_URL_INVALID',
  'flows/several-documents.yaml:3:1 YAML_SEVERAL_DOCUMENTS',
  'flows/tab-indent.yaml:4:1 YAML_TAB',
  'flows/ten-megabytes.yaml:1:1 FILE_TOO_LARGE',
  'flows/twins/same-key.yaml:1:1 KEY_DUPLICATE',
  'flows/unclosed-quote.yaml:1:7 YAML_SYNTAX',
  'flows/unknown-document-type.yaml:7:9 UNKNOWN_DOCUMENT_TYPE',
  'flows/unknown-field.yaml:4:3 UNKNOWN_FIELD',
  'flows/unknown-value.yaml:2:7 UNKNOWN_VALUE',
]

test('thirty broken files give thirty diagnostics, each in its place, in one run, and nothing is written', () => {
  const root = temporaryProject({})
  cpSync('test/cases/broken', root, { recursive: true })
  const flows = join(root, 'flows')
  writeFileSync(join(flows, 'alias-bomb.yaml'), aliasBomb())
  writeFileSync(join(flows, 'not-utf8.yaml'), notUtf8())
  writeFileSync(join(flows, 'ten-megabytes.yaml'), `name: ${'x'.repeat(10 * 1024 * 1024)}\n`)
  symlinkSync('nothing-is-here.yaml', join(flows, 'leads-nowhere.yaml'))

  const spent = cpuTimer()
  const { count, diagnostics } = readAt(root)
  expect(diagnostics.map(brief)).toEqual(EXPECTED)
  expect(spent()).toBeLessThan(5_000)
  expect(new Set(diagnostics.map(({ at }) => at.file)).size).toBe(30)
  expect(count).toBe(33)
  expect(existsSync(join(root, '.flows'))).toBe(false)
})

/** Saved as Latin-1, but for the first line, which shows that columns are not bytes. */
function notUtf8(): Buffer {
  return Buffer.concat([
    Buffer.from('name: Café\ndescription: "Für '),
    Buffer.from('Käufer"\ntype: document\n', 'latin1'),
  ])
}

/** Nine to the ninth power strings, if anybody expanded them. */
function aliasBomb(): string {
  const levels = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']
  const lines = levels.map((name, index) => {
    const item = index === 0 ? 'ha' : `*${levels[index - 1]}`
    return `  ${name}: &${name} [${Array(9).fill(item).join(', ')}]`
  })
  return ['name: Billion laughs', 'metadata:', ...lines, ''].join('\n')
}
