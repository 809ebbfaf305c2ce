import type { TestCase, TestGiven } from '../../model/schema-types.js'
import { suggest } from '../../text/nearest.js'
import { badUsage } from '../failure.js'
import type { Project } from '../project/project.js'
import { type Tests, testsFolder } from '../project/tests.js'
import { targetNamed } from '../site.js'

/** Which tests to run; an empty list is no limit. */
export interface TestSelection {
  /** Test files of the project, relative to the configuration file. */
  readonly files: readonly string[]
  /** Parts of the tests' names; case makes no difference. */
  readonly only: readonly string[]
  readonly environments: readonly string[]
}

/** One test in one environment. */
export interface ScheduledTest {
  readonly file: string
  /** JSON Pointer of the test in its file. */
  readonly pointer: string
  readonly test: TestCase
  /** What the file and the test say together. */
  readonly given: TestGiven
  readonly flow: string
  readonly environment: string
}

/** The selected tests, in the order of files, of tests and of the environments of the configuration. Throws Failure. */
export function selectTests(project: Project, tests: Tests, selection: TestSelection): ScheduledTest[] {
  const { environments: inEnvironments, only } = selection
  for (const name of inEnvironments) targetNamed(project, name)
  for (const file of selection.files) checkNamed(file, project, tests)
  const all = testsOf(tests, Object.keys(project.config.environments))
  const ofFiles = all.filter(({ file }) => contains(selection.files, file))
  const named = ofFiles.filter(({ test }) => only.length === 0 || only.some((part) => isPart(part, test.name)))
  const unmatched = only.find((part) => !ofFiles.some(({ test }) => isPart(part, test.name)))
  if (unmatched !== undefined && ofFiles.length > 0) throw nothingNamed(unmatched, ofFiles)
  return named.filter(({ environment }) => contains(inEnvironments, environment))
}

function checkNamed(file: string, project: Project, tests: Tests): void {
  if (tests.files().some((one) => one.file === file)) return
  throw badUsage(
    `${file} is not a test file of this project`,
    `they are files in ${testsFolder(project) ?? 'tests'}/ that end in .test.yaml`,
  )
}

function testsOf(tests: Tests, environments: readonly string[]): ScheduledTest[] {
  return tests.files().flatMap(({ file, value }) =>
    value.tests.flatMap((test, index) => {
      const given = { ...value.given, ...test.given }
      const { flow } = given
      // Checked tests say which flow they are about.
      if (flow === undefined) throw new Error(`${file}: a test without a flow`)
      return environments
        .filter((name) => contains(given.environments ?? [], name))
        .map((environment) => ({ file, pointer: `/tests/${index}`, test, given, flow, environment }))
    }),
  )
}

function contains(list: readonly string[], one: string): boolean {
  return list.length === 0 || list.includes(one)
}

function isPart(part: string, name: string): boolean {
  return name.toLowerCase().includes(part.toLowerCase())
}

function nothingNamed(part: string, tests: readonly ScheduledTest[]) {
  const names = [...new Set(tests.map(({ test }) => test.name))]
  const shown = names.length > 20 ? 'flows test --format json lists all names' : suggest(part, names, 'there are')
  return badUsage(`--only ${part}: no test has this in its name`, shown)
}
