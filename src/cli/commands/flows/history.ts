import { InvalidArgumentError } from '@commander-js/extra-typings'
import type { FlowDeploymentSummary } from '../../../model/schema-types.js'
import { deploymentOf, deploymentsOf } from '../../../remote/deployments.js'
import type { RemoteReader } from '../../../remote/remote.js'
import { versionsOf } from '../../../remote/versions.js'
import { shortSource } from '../../../render/history/source.js'
import { countsText } from '../../../render/history/summary.js'
import { formatTime } from '../../../text/text.js'
import { reading } from '../../options/environment.js'
import { chosenFormat, formatOptions, jsonText } from '../../options/format.js'
import { environmentOption, openProject } from '../../options/project.js'
import { type Define, examples } from '../../program/command.js'
import { ExitCode } from '../../program/exit-code.js'
import { tableText } from '../../views/table.js'

const { format, json } = formatOptions(['human', 'json'])
const DEFAULT_LIMIT = 20

export const history: Define = (command, run) => {
  command
    .addOption(environmentOption)
    .option('-n, --limit <n>', 'how many, from the newest on', parseLimit, DEFAULT_LIMIT)
    .option('--flow <key>', 'only those that wrote this flow')
    .addOption(format)
    .addOption(json)
    .addHelpText(
      'after',
      examples(
        ['The last deployments to live', 'flows history --env live'],
        ['Those that changed one flow', 'flows history --env live --flow high-value'],
        ['What one of them did', 'flows show vfd_...'],
      ),
    )
    .action((options) =>
      run(async (cli) => {
        const { project } = openProject(cli).config
        const { limit, flow, env } = options
        const { found, environment } = await reading(cli, env, async (reader, name) => {
          const all =
            flow === undefined ? deploymentsOf(reader, { project }, { perPage: limit + 1 }) : ofFlow(reader, flow)
          return { found: await atMost(limit + 1, all), environment: name }
        })
        const deployments = found.slice(0, limit)
        const hasMore = found.length > limit
        const { terminal } = cli
        if (chosenFormat(options) === 'json') {
          const about = { format: 'flows.history', format_version: '1.0', project, environment }
          terminal.result(jsonText({ ...about, deployments, has_more: hasMore, exit_code: ExitCode.ok }))
        } else if (deployments.length === 0) {
          terminal.talk('No deployments.\n')
        } else {
          const heading = ['DEPLOYMENT', 'WHEN', 'BY', 'COMMIT', 'CHANGES', 'LIFTED']
          terminal.show(tableText(heading, deployments.map(row), terminal))
          if (hasMore) terminal.talk('There are older ones: see --limit.\n')
        }
        return ExitCode.ok
      }),
    )
}

function row({ id, created, actor, source, allowed, summary }: FlowDeploymentSummary): string[] {
  return [id, formatTime(created), actor ?? '-', shortSource(source), countsText(summary), allowed.join(', ') || '-']
}

async function* ofFlow(reader: RemoteReader, flow: string): AsyncGenerator<FlowDeploymentSummary> {
  for await (const version of versionsOf(reader, flow)) {
    const deployment = await deploymentOf(reader, version)
    if (deployment !== null) yield deployment
  }
}

async function atMost<T>(most: number, items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) {
    found.push(item)
    if (found.length === most) break
  }
  return found
}

function parseLimit(value: string): number {
  const number = Number(value)
  if (!/^\d+$/.test(value) || number < 1 || number > 10_000) {
    throw new InvalidArgumentError('It is a number from 1 to 10000.')
  }
  return number
}
