import { Option } from '@commander-js/extra-typings'
import { allFlows } from '../../../app/history.js'
import { reading } from '../../../app/site.js'
import type { VerificationFlow } from '../../../model/resources.js'
import { formatOptions, jsonView, type Views, viewOf } from '../../options/format.js'
import { environmentOption, siteOf } from '../../options/project.js'
import { type Define, examples } from '../../program/command.js'
import { tableText } from '../../views/table.js'

const VIEWS: Views<readonly VerificationFlow[], 'human' | 'json'> = {
  human: (terminal, flows) => {
    if (flows.length === 0) return terminal.talk('No flows.\n')
    const heading = ['KEY', 'STATUS', 'TYPE', 'LINK', 'VERSION', 'PROJECT', 'ID']
    terminal.show(tableText(heading, flows.map(row), terminal))
  },
  json: jsonView('list', (flows) => ({ flows })),
}

const { format, json } = formatOptions(VIEWS)

export const list: Define = (command, run) => {
  command
    .addOption(environmentOption)
    .addOption(new Option('--status <status>', 'only these').choices(['active', 'archived'] as const))
    .option('--project <project>', 'only the flows of this project')
    .addOption(format)
    .addOption(json)
    .addHelpText(
      'after',
      examples(
        ['All flows of the embedded store', 'flows list'],
        ['Archived flows of the live environment', 'flows list --env live --status archived'],
      ),
    )
    .action(({ env, status, project, ...options }) =>
      run(async (cli) => {
        const query = { ...(status && { status }), ...(project !== undefined && { project }) }
        const flows = await reading(siteOf(cli, env), (reader) => allFlows(reader, query))
        return viewOf(options, VIEWS)(cli, flows)
      }),
    )
}

function row(flow: VerificationFlow): string[] {
  const link = flow.static_link.active ? 'active' : '-'
  return [flow.key, flow.status, flow.type, link, String(flow.version), flow.project ?? '-', flow.id]
}
