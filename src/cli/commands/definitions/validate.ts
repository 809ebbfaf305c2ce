import type { Project } from '../../../app/project/project.js'
import { readTestedSources, type TestedSources } from '../../../app/project/sources.js'
import { hasError } from '../../../model/diagnostic.js'
import { plural } from '../../../text/text.js'
import { allOption, forProjects } from '../../options/all.js'
import { formatOptions, type View, type Views, viewOf } from '../../options/format.js'
import { openProject } from '../../options/project.js'
import { type Define, examples } from '../../program/command.js'
import { ExitCode } from '../../program/exit-code.js'
import { type DiagnosticsFormat, showDiagnostics } from '../../views/diagnostics.js'

interface Validated extends TestedSources {
  readonly project: Project
}

const as =
  (format: DiagnosticsFormat): View<Validated> =>
  (terminal, { diagnostics, project: { root } }) =>
    void showDiagnostics(diagnostics, { terminal, format, root })

const VIEWS: Views<Validated, DiagnosticsFormat> = {
  human: (terminal, validated, exitCode) => {
    as('human')(terminal, validated, exitCode)
    const { definitions, policies, tests } = validated
    const { length } = policies.names
    const { bases, count } = definitions
    const counts = [
      plural(count, 'definition'),
      ...(bases.length > 0 ? [plural(bases.length, 'base')] : []),
      ...(length > 0 ? [policyCount(length)] : []),
      ...(tests.count > 0 ? [plural(tests.count, 'test file')] : []),
    ]
    const what = counts.join(', ').replace(/, (?=[^,]*$)/, ' and ')
    if (exitCode === ExitCode.ok) terminal.show(`${what} valid.\n`)
  },
  json: as('json'),
  github: as('github'),
  sarif: as('sarif'),
}

const { format, json } = formatOptions(VIEWS)

export const validate: Define = (command, run) => {
  command
    .addOption(format)
    .addOption(json)
    .addOption(allOption())
    .option('--no-cache', 'read every file anew')
    .addHelpText(
      'after',
      examples(
        ['Check everything; needs no network and no key', 'flows validate'],
        ['Annotate the changed lines of a pull request', 'flows validate --format github'],
        ['For code scanning', 'flows validate --format sarif > flows.sarif'],
      ),
    )
    .action((options) =>
      forProjects(run, options, () => {
        const show = viewOf(options, VIEWS)
        return async (cli) => {
          const project = openProject(cli)
          const sources = await readTestedSources(project, { cache: options.cache })
          const exitCode = hasError(sources.diagnostics) ? ExitCode.definitionsInvalid : ExitCode.ok
          return show(cli, { ...sources, project }, exitCode)
        }
      }),
    )
}

function policyCount(count: number): string {
  return count === 1 ? '1 policy' : `${count} policies`
}
