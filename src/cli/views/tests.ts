import type { TestRun } from '../../app/tests/run-tests.js'
import { testsGithub } from '../../render/tests/github.js'
import { testsJson } from '../../render/tests/json.js'
import { testsJunit } from '../../render/tests/junit.js'
import { testsText } from '../../render/tests/text.js'
import type { TestResult } from '../../tests/result.js'
import { printable } from '../../text/text.js'
import { jsonView, type View, type Views } from '../options/format.js'
import type { Terminal } from '../program/terminal.js'
import { fromRepositoryRoot, pathFromHere, textOf } from './diagnostics.js'

/** Results of tests, with the folder of the project and that of its tests. */
export interface Tested extends TestRun {
  readonly root: string
  readonly folder: string
}

const human: View<Tested> = (terminal, { results, root, files, folder }) => {
  if (results.length === 0) return terminal.show(nothingRun(files, pathFromHere(terminal, root)(folder)))
  const here = fromHere(results, pathFromHere(terminal, root))
  const sourceOf = (file: string) => textOf({ terminal, root }, file)
  terminal.show(testsText(here, terminal.palette, sourceOf, terminal.columns))
}

/** The forms of a run of tests. Annotations alone would not say that everything passed, so people get the log, too. */
export const TEST_VIEWS: Views<Tested, 'human' | 'json' | 'junit' | 'github'> = {
  human,
  json: jsonView('tests', ({ results }: Tested) => testsJson(results)),
  junit: (terminal, tested) => terminal.result(junitOf(terminal, tested)),
  github: (terminal, tested, exitCode) => {
    human(terminal, tested, exitCode)
    terminal.result(testsGithub(tested.results, fromRepositoryRoot(terminal, tested.root)))
  },
}

export function junitOf(terminal: Terminal, { results, root }: Pick<Tested, 'results' | 'root'>): string {
  return testsJunit(results, fromRepositoryRoot(terminal, root))
}

function nothingRun(files: number, folder: string): string {
  if (files > 0) return 'No test was selected.\n'
  return `There are no tests: they are files in ${printable(folder)}/ that end in .test.yaml.\n`
}

function fromHere(results: readonly TestResult[], here: (file: string) => string): readonly TestResult[] {
  return results.map((result) => ({
    ...result,
    file: here(result.file),
    at: { ...result.at, file: here(result.at.file) },
    failures: result.failures.map((failure) => ({ ...failure, at: { ...failure.at, file: here(failure.at.file) } })),
  }))
}
