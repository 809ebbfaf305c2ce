import { blameFlow } from '../../../app/blame.js'
import type { BlamedFlow } from '../../../plan/blame.js'
import { blameText } from '../../../render/history/blame.js'
import { formatOptions, jsonView, type Views, viewOf } from '../../options/format.js'
import { environmentOption, siteOf } from '../../options/project.js'
import { type Define, examples } from '../../program/command.js'

const VIEWS: Views<BlamedFlow, 'human' | 'json'> = {
  human: (terminal, flow) => terminal.show(blameText(flow, terminal.palette)),
  json: jsonView('blame', (flow) => flow),
}

const { format, json } = formatOptions(VIEWS)

export const blame: Define = (command, run) => {
  command
    .argument('<flow>', 'key or id of the flow')
    .addOption(environmentOption)
    .addOption(format)
    .addOption(json)
    .addHelpText(
      'after',
      examples(
        ['Which deployment, commit or edit last changed each field', 'flows blame high-value --env live'],
        ['What that deployment did', 'flows show vfd_...'],
      ),
    )
    .action((flow, options) =>
      run(async (cli) => viewOf(options, VIEWS)(cli, await blameFlow(siteOf(cli, options.env), flow))),
    )
}
