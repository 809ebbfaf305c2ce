import { ExitCode } from '../../model/exit-code.js'
import { isEmpty, type Plan } from '../../model/plan.js'
import { planFlows } from '../../pipeline.js'
import { refusalOf } from '../../plan/refusal.js'
import { planMarkdown } from '../../render/plan/markdown.js'
import { planText } from '../../render/plan/text.js'
import { allowOption, warnOfIdle } from '../allow.js'
import { type Define, examples } from '../command.js'
import { planMemory } from '../plan-memory.js'
import { checkedDefinitions, environmentOption, openProject, targetOf } from '../project.js'
import { remoteOf } from '../target.js'
import { chosenFormat, formatOptions, jsonText } from '../views/format.js'

const { format, json } = formatOptions(['human', 'json', 'markdown'])

export const plan: Define = (command, run) => {
  command
    .addOption(environmentOption)
    .addOption(format)
    .addOption(json)
    .addOption(allowOption())
    .option('--detailed-exitcode', 'exit 2 when there are changes')
    .addHelpText(
      'after',
      examples(
        ['What apply would do to the embedded flows', 'flows plan'],
        ['For a pull request comment', 'flows plan --env live --format markdown'],
        ['In a script: 0 nothing to do, 2 changes, 5 blocked', 'flows plan --env live --detailed-exitcode --json'],
      ),
    )
    .action((options) =>
      run(async (cli) => {
        const chosen = chosenFormat(options)
        const project = openProject(cli)
        const target = targetOf(project, cli, options.env)
        const definitions = checkedDefinitions(project)
        const remote = await remoteOf(project, target, cli.terminal)
        const reader = await remote.reader()
        const subject = { definitions: definitions.digest, environment: target.name, remote: remote.label }
        const made = await planFlows(
          definitions,
          reader,
          {
            project: project.config.project,
            environment: target.name,
            guards: target.settings.guards ?? {},
            allow: options.allow,
          },
          planMemory(project.root, subject),
        ).finally(() => reader.close())
        warnOfIdle(cli, made, options.allow)
        const exitCode = exitCodeOf(made, options.detailedExitcode ?? false)
        const { palette } = cli.terminal
        if (chosen === 'json') cli.terminal.result(jsonText({ ...made, exit_code: exitCode }))
        else cli.terminal.result(chosen === 'markdown' ? planMarkdown(made) : planText(made, palette))
        return exitCode
      }),
    )
}

/** A plan that apply would refuse says so before it says that there are changes. */
function exitCodeOf(made: Plan, detailed: boolean): ExitCode {
  const refusal = refusalOf(made)
  if (refusal) return refusal.reason === 'conflict' ? ExitCode.failed : ExitCode.blocked
  return detailed && !isEmpty(made) ? ExitCode.changesPending : ExitCode.ok
}
