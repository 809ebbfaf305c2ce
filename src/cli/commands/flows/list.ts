import { Option } from '@commander-js/extra-typings'
import { flowPages } from '../../../app/history.js'
import { reading } from '../../../app/site.js'
import type { VerificationFlow } from '../../../model/resources.js'
import { chosenView, formatOptions } from '../../options/format.js'
import { environmentOption, siteOf } from '../../options/project.js'
import { type Define, examples } from '../../program/command.js'
import { ExitCode } from '../../program/exit-code.js'
import type { Terminal } from '../../program/terminal.js'
import { showJsonList } from '../../views/json-list.js'
import { tableText } from '../../views/table.js'

type Pages = AsyncIterable<readonly VerificationFlow[]>

/** Flows are shown page by page, so that a store may hold more of them than memory does. */
const VIEWS: Readonly<Record<'human' | 'json', (terminal: Terminal, pages: Pages) => Promise<ExitCode>>> = {
  human: async (terminal, pages) => {
    // The width of a column is that of its widest cell, so the cells have to be known first.
    const rows: string[][] = []
    for await (const page of pages) rows.push(...page.map(row))
    if (rows.length === 0) terminal.talk('No flows.\n')
    else terminal.show(tableText(['KEY', 'STATUS', 'TYPE', 'LINK', 'VERSION', 'PROJECT', 'ID'], rows, terminal))
    return ExitCode.ok
  },
  json: (terminal, pages) => showJsonList(terminal, { name: 'list', member: 'flows' }, pages),
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
        const show = chosenView(options, VIEWS)
        return reading(siteOf(cli, env), (reader) => show(cli.terminal, flowPages(reader, query)))
      }),
    )
}

function row(flow: VerificationFlow): string[] {
  const link = flow.static_link.active ? 'active' : '-'
  return [flow.key, flow.status, flow.type, link, String(flow.version), flow.project ?? '-', flow.id]
}
