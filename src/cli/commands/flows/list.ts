import { Option } from '@commander-js/extra-typings'
import type { VerificationFlow } from '../../../model/resources.js'
import type { RemoteReader } from '../../../remote/remote.js'
import { reading } from '../../options/environment.js'
import { chosenFormat, formatOptions, jsonText } from '../../options/format.js'
import { environmentOption } from '../../options/project.js'
import { type Define, examples } from '../../program/command.js'
import { ExitCode } from '../../program/exit-code.js'
import { tableText } from '../../views/table.js'

const { format, json } = formatOptions(['human', 'json'])

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
    .action((options) =>
      run(async (cli) => {
        const { env, status, project } = options
        const query = { ...(status && { status }), ...(project !== undefined && { project }) }
        const flows = await reading(cli, env, (reader) => allFlows(reader, query))
        const { terminal } = cli
        if (chosenFormat(options) === 'json') {
          const body = { format: 'flows.list', format_version: '1.0', flows, exit_code: ExitCode.ok }
          terminal.result(jsonText(body))
        } else if (flows.length === 0) {
          terminal.talk('No flows.\n')
        } else {
          const heading = ['KEY', 'STATUS', 'TYPE', 'LINK', 'VERSION', 'PROJECT', 'ID']
          terminal.show(tableText(heading, flows.map(row), terminal))
        }
        return ExitCode.ok
      }),
    )
}

function row(flow: VerificationFlow): string[] {
  const link = flow.static_link.active ? 'active' : '-'
  return [flow.key, flow.status, flow.type, link, String(flow.version), flow.project ?? '-', flow.id]
}

async function allFlows(
  reader: RemoteReader,
  query: { status?: 'active' | 'archived'; project?: string },
): Promise<VerificationFlow[]> {
  const flows: VerificationFlow[] = []
  for (;;) {
    const last = flows.at(-1)
    const page = await reader.listFlows({ ...query, limit: 100, ...(last && { starting_after: last.id }) })
    flows.push(...page.data)
    if (!page.has_more) return flows.sort((a, b) => (a.key < b.key ? -1 : 1))
  }
}
