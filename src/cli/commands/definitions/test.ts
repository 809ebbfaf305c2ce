import { relative, sep } from 'node:path'
import { Option } from '@commander-js/extra-typings'
import { saveFile } from '../../../app/project/save-file.js'
import { testsFolder } from '../../../app/project/tests.js'
import { runTests } from '../../../app/tests/run-tests.js'
import { formatOptions, viewOf } from '../../options/format.js'
import { namedFile } from '../../options/named-file.js'
import { openProject } from '../../options/project.js'
import { type Define, examples } from '../../program/command.js'
import { ExitCode } from '../../program/exit-code.js'
import { junitOf, TEST_VIEWS } from '../../views/tests.js'

const { format, json } = formatOptions(TEST_VIEWS)

const collected = (value: string, previous: readonly string[]) => [...previous, value]

export const test: Define = (command, run) => {
  command
    .argument('[files...]', 'test files (default: all of them)')
    .addOption(
      new Option('--only <text>', 'only tests with this text in their name; may be repeated')
        .default([] as readonly string[], 'every test')
        .argParser(collected),
    )
    .addOption(
      new Option('-e, --env <name>', 'only in this environment; may be repeated')
        .default([] as readonly string[], 'each that a test names')
        .argParser(collected),
    )
    .addOption(format)
    .addOption(json)
    .option('--junit <file>', 'also write the results as JUnit XML, for a CI service')
    .addHelpText(
      'after',
      examples(
        ['Every test in every environment; needs no network, no key and no store', 'flows test'],
        ['Some of them', 'flows test tests/sign-up.test.yaml --only selfie --env live'],
        ['In a CI job: annotations, and a report of the results', 'flows test --format github --junit flows-tests.xml'],
      ),
    )
    .action((given, options) =>
      run(async (cli) => {
        const show = viewOf(options, TEST_VIEWS)
        const { only, env: environments, junit } = options
        const project = openProject(cli)
        const { root } = project
        const files = given.map((file) => relative(root, namedFile(cli, file)).split(sep).join('/'))
        const tested = await runTests(project, { files, only, environments }, async () =>
          (await import('../../../remote/embedded/trial.js')).embeddedTrial(),
        )
        if (junit !== undefined) {
          saveFile(namedFile(cli, junit), junitOf(cli.terminal, { ...tested, root }), { what: 'report', name: junit })
        }
        const hasFailed = tested.results.some(({ failures }) => failures.length > 0)
        const exitCode = hasFailed ? ExitCode.failed : ExitCode.ok
        return show(cli, { ...tested, root, folder: testsFolder(project) ?? 'tests' }, exitCode)
      }),
    )
}
