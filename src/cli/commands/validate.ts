import { ExitCode } from '../../model/exit-code.js'
import { plural } from '../../render/text.js'
import { type Define, examples } from '../command.js'
import { openProject, readSources } from '../project.js'
import { showDiagnostics } from '../views/diagnostics.js'
import { chosenFormat, formatOptions } from '../views/format.js'

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
