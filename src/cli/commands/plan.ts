import { ExitCode } from '../../model/exit-code.js'
import { isEmpty, type Plan } from '../../model/plan.js'
import { refusalOf } from '../../plan/refusal.js'
import { planMarkdown } from '../../render/plan/markdown.js'
import { planText } from '../../render/plan/text.js'
import { allowOption } from '../allow.js'
import { type Define, examples } from '../command.js'
import { planned } from '../planned.js'
import { environmentOption } from '../project.js'
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
        const { plan: made } = await planned(cli, options)
        const exitCode = exitCodeOf(made, options.detailedExitcode ?? false)
        const { palette } = cli.terminal
        if (chosen === 'json') cli.terminal.result(jsonText({ ...made, exit_code: exitCode }))
        else if (chosen === 'markdown') cli.terminal.result(planMarkdown(made))
        else cli.terminal.show(planText(made, palette))
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
