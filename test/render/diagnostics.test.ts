import { describe, expect, test } from 'vitest'
import { DIAGNOSTIC_CODES, type Diagnostic } from '../../src/model/diagnostic.js'
import { diagnosticsGithub } from '../../src/render/diagnostics/github.js'
import { diagnosticsJson } from '../../src/render/diagnostics/json.js'
import { diagnosticsSarif } from '../../src/render/diagnostics/sarif.js'
import { diagnosticsText } from '../../src/render/diagnostics/text.js'
import { type Palette, plain } from '../../src/render/palette.js'

const MISSPELT: Diagnostic = {
  severity: 'error',
  code: 'UNKNOWN_DOCUMENT_TYPE',
  message: '"pasport" is not a document type',
  hint: 'did you mean "passport"?',
  at: { file: 'flows/high-value.yaml', line: 2, column: 17 },
}
const TWICE: Diagnostic = {
  severity: 'warning',
  code: 'KEY_DUPLICATE',
  message: 'the key "a" is that of another file too',
  at: { file: 'flows/b/a.yaml', line: 1, column: 1 },
  related: [{ file: 'flows/a.yaml', line: 1, column: 1 }],
}
const SOURCE = 'options:\n\tallowed_types: [pasport]\n'

/** Moves the cursor, ends the line, rings, reverses what follows. */
const HOSTILE = '\u001b[2J\r\n\u0007\u009b1m\u202e'
const EVIL: Diagnostic = {
  severity: 'error',
  code: 'UNKNOWN_FIELD',
  message: `no field ${HOSTILE}`,
  hint: `did you mean ${HOSTILE}?`,
  at: { file: `flows/${HOSTILE}.yaml`, line: 1, column: 3 },
  related: [{ file: `flows/${HOSTILE}2.yaml`, line: 1, column: 1 }],
}

describe('text for people', () => {
  test('shows place, code, message, the line with a caret, and the hint', () => {
    expect(diagnosticsText([MISSPELT], plain, () => SOURCE)).toBe(
      [
        'flows/high-value.yaml:2:17 UNKNOWN_DOCUMENT_TYPE "pasport" is not a document type',
        '  2 |  allowed_types: [pasport]',
        '    |                 ^',
        '  hint: did you mean "passport"?',
        '',
        '1 error in 1 file.',
        '',
      ].join('\n'),
    )
  })

  test('does without the line when there is no text, or the line is blank', () => {
    for (const source of [undefined, '', 'x\n\n']) {
      expect(diagnosticsText([MISSPELT], plain, () => source).split('\n')).toHaveLength(5)
    }
  })

  test('names other places and counts both severities', () => {
    const text = diagnosticsText([MISSPELT, TWICE])
    expect(text).toContain('  see flows/a.yaml:1:1\n')
    expect(text).toMatch(/\n1 error and 1 warning in 2 files\.\n$/)
  })

  test('is nothing when nothing is wrong', () => {
    expect(diagnosticsText([])).toBe('')
  })

  test('shows the part of a long line that matters', () => {
    const at = { ...MISSPELT.at, line: 1, column: 5_001 }
    const lines = diagnosticsText(
      [{ ...MISSPELT, at }],
      plain,
      () => `${'x'.repeat(5_000)}HERE${'y'.repeat(5_000)}`,
    ).split('\n')
    expect(lines[1]).toMatch(/^ {2}1 \| …x{49}HERE[y]{45}…$/)
    expect(lines[1]?.indexOf('HERE')).toBe(lines[2]?.indexOf('^'))
  })

  test('keeps the caret in place behind what is escaped', () => {
    const at = { ...MISSPELT.at, line: 1, column: 3 }
    const lines = diagnosticsText([{ ...MISSPELT, at }], plain, () => 'a\u0007HERE').split('\n')
    expect(lines[1]).toContain('a\\u0007HERE')
    expect(lines[1]?.indexOf('HERE')).toBe(lines[2]?.indexOf('^'))
  })

  test('colours by the palette it is given', () => {
    const mark = (name: string) => (text: string) => `<${name}>${text}</${name}>`
    const palette = Object.fromEntries(Object.keys(plain).map((name) => [name, mark(name)])) as unknown as Palette
    expect(diagnosticsText([MISSPELT], palette)).toContain('<red>UNKNOWN_DOCUMENT_TYPE</red>')
    expect(diagnosticsText([TWICE], palette)).toContain('<yellow>KEY_DUPLICATE</yellow>')
  })

  test('never shows an API key that stands in the line', () => {
    const text = diagnosticsText([MISSPELT], plain, () => '\nkey: sk_live_51Habcdefgh0123456789abcdefghijklmn\n')
    expect(text).toContain('sk_live_...')
    expect(text).not.toContain('51Habcdefgh')
  })
})

test('no output for people lets a file move the cursor', () => {
  const outputs = [diagnosticsText([EVIL], plain, () => `x${HOSTILE}`), diagnosticsGithub([EVIL])]
  for (const output of outputs) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(output).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
  }
  expect(diagnosticsGithub([EVIL]).trimEnd()).not.toContain('\n')
})

test('JSON has format, diagnostics as they are, counts and the exit code', () => {
  expect(JSON.parse(diagnosticsJson([MISSPELT, TWICE], 3))).toEqual({
    format: 'flows.diagnostics',
    format_version: '1.0',
    diagnostics: [MISSPELT, TWICE],
    summary: { errors: 1, warnings: 1, files: 2 },
    exit_code: 3,
  })
  expect(JSON.parse(diagnosticsJson([], 0))).toMatchObject({ diagnostics: [], exit_code: 0 })
})

describe('annotations for GitHub', () => {
  test('are one command per diagnostic', () => {
    expect(diagnosticsGithub([MISSPELT, TWICE])).toBe(
      '::error file=flows/high-value.yaml,line=2,col=17,title=UNKNOWN_DOCUMENT_TYPE::"pasport" is not a document type%0Ahint: did you mean "passport"?\n' +
        '::warning file=flows/b/a.yaml,line=1,col=1,title=KEY_DUPLICATE::the key "a" is that of another file too\n',
    )
  })

  test('escape what the command would end at', () => {
    const odd = { ...TWICE, message: '100 %: a, b::c', at: { ...TWICE.at, file: 'flows/a,b:c%.yaml' } }
    expect(diagnosticsGithub([odd])).toBe(
      '::warning file=flows/a%2Cb%3Ac%25.yaml,line=1,col=1,title=KEY_DUPLICATE::100 %25: a, b::c\n',
    )
  })

  test('take paths from the root of the repository', () => {
    expect(diagnosticsGithub([MISSPELT], 'services/kyc')).toContain('file=services/kyc/flows/high-value.yaml,')
  })
})

describe('SARIF', () => {
  const log = JSON.parse(diagnosticsSarif([MISSPELT, TWICE, EVIL], 'kyc/'))
  const [run] = log.runs

  test('is version 2.1.0 with one run and a rule for every code', () => {
    expect(log.version).toBe('2.1.0')
    expect(log.runs).toHaveLength(1)
    expect(run.tool.driver.name).toBe('flows')
    expect(run.tool.driver.rules.map(({ id }: { id: string }) => id)).toEqual(Object.keys(DIAGNOSTIC_CODES))
    for (const { shortDescription } of run.tool.driver.rules) expect(shortDescription.text).not.toBe('')
  })

  test('has a result for every diagnostic, with rule, level, message and place', () => {
    expect(run.results).toHaveLength(3)
    for (const result of run.results) {
      expect(run.tool.driver.rules[result.ruleIndex].id).toBe(result.ruleId)
      expect(['error', 'warning', 'note', 'none']).toContain(result.level)
      expect(result.message.text).toBeTypeOf('string')
    }
    expect(run.results[0].locations).toEqual([
      {
        physicalLocation: {
          artifactLocation: { uri: 'kyc/flows/high-value.yaml' },
          region: { startLine: 2, startColumn: 17 },
        },
      },
    ])
    expect(run.columnKind).toBe('utf16CodeUnits')
  })

  test('names other places, and every path is a URI', () => {
    expect(run.results[1].relatedLocations).toMatchObject([
      { id: 0, physicalLocation: { artifactLocation: { uri: 'kyc/flows/a.yaml' } } },
    ])
    expect(run.results[2].locations[0].physicalLocation.artifactLocation.uri).toMatch(/^[\w%./[\]-]+$/)
    expect(diagnosticsSarif([{ ...TWICE, at: { ...TWICE.at, file: 'a b/\ud800.yaml' } }])).toContain(
      'a%20b/%EF%BF%BD.yaml',
    )
  })
})

test('the caret stands below the fault, also behind wide characters and marks upon others', () => {
  const lines = { 高額取引: 8, 'e\u0301e\u0301': 2, '👩‍👩‍👧': 2, 한국: 4, Ü: 1 }
  for (const [name, width] of Object.entries(lines)) {
    const line = `${name}: yes`
    const at = { file: 'flows/a.yaml', line: 1, column: name.length + 3 }
    const shown = diagnosticsText(
      [{ severity: 'error', code: 'NOT_A_BOOLEAN', message: 'm', at }],
      undefined,
      () => line,
    )
    expect(shown.split('\n')[2]).toBe(`    | ${' '.repeat(width + 2)}^`)
  }
})
