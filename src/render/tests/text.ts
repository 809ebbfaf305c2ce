import { summarise, type TestFailure, type TestResult } from '../../tests/result.js'
import { padEnd, plural, printable, visibleWidth } from '../../text/text.js'
import { type ExcerptOf, excerpts, place } from '../excerpt.js'
import { type Palette, plain } from '../palette.js'

/**
 * Results for people: a line for each file, then each failed test with what is not as it says, then the figures.
 * `sourceOf` returns the text of a file, for the lines in question.
 */
export function testsText(
  results: readonly TestResult[],
  palette: Palette = plain,
  sourceOf: (file: string) => string | undefined = () => undefined,
  columns?: number,
): string {
  const excerptOf = excerpts(sourceOf, palette, columns)
  const failed = results.filter(({ failures }) => failures.length > 0)
  const blocks = failed.map((result) => `\n${failedText(result, palette, excerptOf).join('\n')}\n`)
  return `${filesText(results, palette)}${blocks.join('')}\n${figures(results, palette)}\n`
}

function filesText(results: readonly TestResult[], palette: Palette): string {
  const files = [...new Set(results.map(({ file }) => file))]
  const width = Math.max(...files.map((file) => visibleWidth(printable(file))))
  const lines = files.map((file) => {
    const { passed, failed } = summarise(results.filter((result) => result.file === file))
    const counts = [passed > 0 && `${passed} passed`, failed > 0 && palette.red(`${failed} failed`)].filter(Boolean)
    return `${padEnd(printable(file), width)}  ${counts.join(', ')}\n`
  })
  return lines.join('')
}

function failedText({ name, environment, failures }: TestResult, palette: Palette, excerptOf: ExcerptOf): string[] {
  const heading = `${palette.red('failed')} ${palette.bold(printable(name))} ${palette.dim(`(${printable(environment)})`)}`
  return [heading, ...failures.flatMap((failure) => failureText(failure, palette, excerptOf))]
}

function failureText({ at, message, expected, actual }: TestFailure, palette: Palette, excerptOf: ExcerptOf): string[] {
  return [
    `  ${place(at)} ${printable(message)}`,
    ...excerptOf(at, palette.red).map((line) => `  ${line}`),
    `    ${palette.dim('expected')}  ${printable(expected)}`,
    `    ${palette.dim('actual')}    ${printable(actual)}`,
  ]
}

function figures(results: readonly TestResult[], palette: Palette): string {
  const { tests, failed, files } = summarise(results)
  const where = `in ${plural(files, 'file')}`
  if (failed === 0) return palette.green(`${plural(tests, 'test')} passed ${where}.`)
  return palette.red(`${failed} of ${plural(tests, 'test')} failed ${where}.`)
}
