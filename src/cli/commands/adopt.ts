import { ExitCode } from '../../model/exit-code.js'
import { plural, printable } from '../../render/text.js'
import { adoptFlows, checkUnmanaged } from '../adopt.js'
import { allowOption } from '../allow.js'
import { type Define, examples } from '../command.js'
import { observed } from '../observed.js'
import { environmentOption } from '../project.js'
import { chosenFormat, formatOptions, jsonText } from '../views/format.js'

const { format, json } = formatOptions(['human', 'json'])

export const adopt: Define = (command, run) => {
  command
    .argument('<keys...>', 'flows that nobody manages, whose definitions are here')
    .addOption(environmentOption)
    .option('-y, --yes', 'adopt without asking; needed where nobody can answer')
    .addOption(allowOption())
    .addOption(format)
    .addOption(json)
    .addHelpText('after', examples(['Take over a flow that has a definition', 'flows adopt high-value --env live']))
    .action((keys, options) =>
      run(async (cli) => {
        const found = await observed(cli, options.env)
        const { project, target, definitions, state } = found
        const chosen = [...new Set(keys)]
        checkUnmanaged(state, chosen, {
          project: project.config.project,
          environment: target.name,
          defined: definitions.desired(target.name).map(({ key }) => key),
          isImport: false,
        })
        const isHuman = chosenFormat(options) === 'human'
        const { deployment } = await adoptFlows(cli, target.name, chosen, {
          yes: options.yes ?? false,
          allow: options.allow,
          isHuman,
          refusedText: 'Not adopted: nothing was written.',
        })
        const body = {
          format: 'flows.adopt',
          format_version: '1.0',
          environment: target.name,
          adopted: chosen,
          deployment,
        }
        cli.terminal[isHuman ? 'show' : 'result'](
          isHuman
            ? `Adopted ${plural(chosen.length, 'flow')} in ${target.name}: ${chosen.map(printable).join(', ')}.\n${deployment === null ? '' : `Deployment ${printable(deployment.id)}\n`}`
            : jsonText({ ...body, exit_code: ExitCode.ok }),
        )
        return ExitCode.ok
      }),
    )
}
