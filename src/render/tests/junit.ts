import { summarise, type TestResult } from '../../tests/result.js'
import { printable } from '../../text/text.js'
import { place } from '../excerpt.js'
import { fromRepository } from '../workflow-command.js'

/**
 * The results as JUnit's XML, as CI services read it: a suite for each file, a case for each test and environment.
 * `folder` is the path from the repository's root to the configuration file's folder.
 */
export function testsJunit(results: readonly TestResult[], folder = ''): string {
  const files = [...new Set(results.map(({ file }) => file))]
  const suites = files.map((file) => {
    const inFile = results.filter((result) => result.file === file)
    const cases = inFile.map((result) => caseText(result, fromRepository(folder, file)))
    return `  <testsuite ${counts(inFile)}${attribute('name', file)}>\n${cases.join('')}  </testsuite>\n`
  })
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${counts(results)}name="flows test">\n${suites.join('')}</testsuites>\n`
}

function counts(results: readonly TestResult[]): string {
  const { tests, failed } = summarise(results)
  return `tests="${tests}" failures="${failed}" errors="0" skipped="0" `
}

function caseText({ name, environment, at, failures }: TestResult, file: string): string {
  const attributes = [
    attribute('name', `${name} (${environment})`),
    attribute('classname', file.replace(/\.ya?ml$/, '').replaceAll('/', '.')),
    attribute('file', file),
    attribute('line', String(at.line)),
  ].join(' ')
  if (failures.length === 0) return `    <testcase ${attributes} />\n`
  const message = failures.map((failure) => failure.message).join('; ')
  const text = failures
    .flatMap((one) => [`${place(one.at)} ${one.message}`, `  expected: ${one.expected}`, `  actual:   ${one.actual}`])
    .map((line) => escaped(line))
    .join('\n')
  // Services show one failure of a case, and some of them only the first.
  const failure = `      <failure ${attribute('message', message)} type="difference">${text}</failure>\n`
  return `    <testcase ${attributes}>\n${failure}    </testcase>\n`
}

function attribute(name: string, value: string): string {
  return `${name}="${escaped(value)}"`
}

/** Control characters, which XML cannot hold at all, become visible escapes; other such characters are replaced. */
function escaped(text: string): string {
  return printable(text)
    .replaceAll(/[\p{Surrogate}\ufffe\uffff]/gu, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
