import { driftFlows } from '../../../app/drift.js'
import { badUsage } from '../../../app/failure.js'
import type { Project } from '../../../app/project/project.js'
import type { DesiredFlow } from '../../../model/state.js'
import { driftGithub } from '../../../render/drift/github.js'
import { driftJson } from '../../../render/drift/json.js'
import { driftMarkdown } from '../../../render/drift/markdown.js'
import type { DriftReport } from '../../../render/drift/report.js'
import { driftText } from '../../../render/drift/text.js'
import { suggest } from '../../../text/nearest.js'
import { chosenFormat, formatOptions } from '../../options/format.js'
import { checkedDefinitions, environmentOption, openProject, targetOf } from '../../options/project.js'
import { remoteOf } from '../../options/target.js'
import { type Cli, type Define, examples } from '../../program/command.js'
import { ExitCode } from '../../program/exit-code.js'
import { fromRepositoryRoot } from '../../views/diagnostics.js'

const { format, json } = formatOptions(['human', 'json', 'markdown', 'github'])

export const drift: Define = (command, run) => {
  command
    .argument('[keys...]', 'flows (default: all of this project)')
    .addOption(environmentOption)
    .addOption(format)
    .addOption(json)
    .addHelpText(
      'after',
      examples(
        ['What was edited outside git: exits 2 when there is some', 'flows drift --env live'],
        ['One flow', 'flows drift high-value --env live'],
        ['Annotations on the lines of the definitions, in GitHub Actions', 'flows drift --env live --format github'],
        ['In a job on a schedule', 'flows drift --env live --format markdown >> "$GITHUB_STEP_SUMMARY"'],
      ),
    )
    .action((keys, options) =>
      run(async (cli) => {
        const chosen = chosenFormat(options)
        const project = openProject(cli)
        const report = await reportOf(cli, project, options.env, keys)
        const exitCode = report.flows.length > 0 ? ExitCode.changesPending : ExitCode.ok
        const { terminal } = cli
        if (chosen === 'json') terminal.result(driftJson(report, exitCode))
        else if (chosen === 'markdown') terminal.result(driftMarkdown(report))
        else if (chosen === 'github') terminal.result(driftGithub(report, fromRepositoryRoot(terminal, project.root)))
        else terminal.show(driftText(report, terminal.palette))
        return exitCode
      }),
    )
}

async function reportOf(
  cli: Cli,
  project: Project,
  env: string | undefined,
  keys: readonly string[],
): Promise<DriftReport> {
  const target = targetOf(project, cli, env)
  const definitions = checkedDefinitions(project)
  const about = { project: project.config.project, environment: target.name }
  const reader = await (await remoteOf(project, target, cli.terminal)).reader()
  try {
    const { flows, ...rest } = await driftFlows(definitions, reader, about)
    checkKeys(keys, [...definitions.desired(target.name), ...flows])
    return { ...about, ...rest, flows: flows.filter(({ key }) => keys.length === 0 || keys.includes(key)) }
  } finally {
    await reader.close()
  }
}

/** A key that nothing has would look like a flow without drift. */
function checkKeys(keys: readonly string[], known: readonly Pick<DesiredFlow, 'key'>[]): void {
  const names = [...new Set(known.map(({ key }) => key))]
  const unknown = keys.find((key) => !names.includes(key))
  if (unknown !== undefined) {
    throw badUsage(
      `there is neither a definition nor a drifted flow "${unknown}"`,
      suggest(unknown, names, 'there are'),
    )
  }
}
