import { InvalidArgumentError } from '@commander-js/extra-typings'
import { type History, historyOf } from '../../../app/history.js'
import { reading } from '../../../app/site.js'
import type { FlowDeploymentSummary } from '../../../model/schema-types.js'
import { editsOpenText } from '../../../render/history/edits.js'
import { shortSource } from '../../../render/history/source.js'
import { countsText } from '../../../render/history/summary.js'
import { formatTime } from '../../../text/text.js'
import { formatOptions, jsonView, type Views, viewOf } from '../../options/format.js'
import { environmentOption, siteOf } from '../../options/project.js'
import { type Define, examples } from '../../program/command.js'
import { tableText } from '../../views/table.js'

const DEFAULT_LIMIT = 20

interface Found extends History {
  readonly project: string
  readonly environment: string
}

const VIEWS: Views<Found, 'human' | 'json'> = {
  human: (terminal, { deployments, hasMore }) => {
    if (deployments.length === 0) return terminal.talk('No deployments.\n')
    const heading = ['DEPLOYMENT', 'WHEN', 'BY', 'COMMIT', 'CHANGES', 'LIFTED']
    terminal.show(tableText(heading, deployments.map(row), terminal))
    if (hasMore) terminal.talk('There are older ones: see --limit.\n')
  },
  json: jsonView('history', ({ project, environment, deployments, hasMore }) => ({
    project,
    environment,
    deployments,
    has_more: hasMore,
  })),
}

const { format, json } = formatOptions(VIEWS)

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
    .action(({ limit, flow, env, ...options }) =>
      run(async (cli) => {
        const site = siteOf(cli, env)
        const { project } = site.project.config
        const found = await reading(site, (reader) => historyOf(reader, project, { limit, flow }))
        return viewOf(options, VIEWS)(cli, { ...found, project, environment: site.target.name })
      }),
    )
}

function row({ id, created, actor, source, allowed, summary, edits_open }: FlowDeploymentSummary): string[] {
  const changes = [countsText(summary), editsOpenText(edits_open)].filter((text) => text !== '').join(', ')
  return [id, formatTime(created), actor ?? '-', shortSource(source), changes, allowed.join(', ') || '-']
}

function parseLimit(value: string): number {
  const number = Number(value)
  if (!/^\d+$/.test(value) || number < 1 || number > 10_000) {
    throw new InvalidArgumentError('It is a number from 1 to 10000.')
  }
  return number
}
