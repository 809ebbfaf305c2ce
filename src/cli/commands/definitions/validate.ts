import { plural } from '../../../text/text.js'
import { chosenFormat, formatOptions } from '../../options/format.js'
import { openProject, readSources } from '../../options/project.js'
import { type Define, examples } from '../../program/command.js'
import { ExitCode } from '../../program/exit-code.js'
import { showDiagnostics } from '../../views/diagnostics.js'

const { format, json } = formatOptions(['human', 'json', 'github', 'sarif'])

export const validate: Define = (command, run) => {
  command
    .addOption(format)
    .addOption(json)
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
      run(async (cli) => {
        const chosen = chosenFormat(options)
        const project = openProject(cli)
        const { definitions, policies, diagnostics } = await readSources(project, { cache: options.cache })
        const exitCode = showDiagnostics(diagnostics, { terminal: cli.terminal, format: chosen, root: project.root })
        if (chosen === 'human' && exitCode === ExitCode.ok) {
          const { length } = policies.names
          const what = plural(definitions.count, 'definition') + (length > 0 ? ` and ${policyCount(length)}` : '')
          cli.terminal.show(`${what} valid.\n`)
        }
        return exitCode
      }),
    )
}

function policyCount(count: number): string {
  return count === 1 ? '1 policy' : `${count} policies`
}
