import { Option } from '@commander-js/extra-typings'
import type { Project } from '../../../app/project/project.js'
import type { Target } from '../../../app/site.js'
import { fitted } from '../../../text/fitted.js'
import { padEnd, plural, printable } from '../../../text/text.js'
import { checkKey, checkService, checkStore } from '../../doctor/environment-checks.js'
import type { Finding, Status } from '../../doctor/finding.js'
import {
  checkCache,
  checkConfiguration,
  checkDefinitions,
  checkGit,
  checkPolicies,
  checkProgram,
  checkSchemas,
  definedKeys,
} from '../../doctor/project-checks.js'
import { type Check, runChecks } from '../../doctor/run-checks.js'
import { formatOptions, jsonView, type Views, viewOf } from '../../options/format.js'
import { targetOf } from '../../options/project.js'
import { type Cli, type Define, examples } from '../../program/command.js'
import { ExitCode } from '../../program/exit-code.js'
import type { Terminal } from '../../program/terminal.js'

const VIEWS: Views<readonly Finding[], 'human' | 'json'> = {
  human: inWords,
  json: jsonView('doctor', (findings) => ({
    findings: findings.map(({ check, environment, status, message, hint = null }) => ({
      check,
      environment,
      status,
      message,
      hint,
    })),
    summary: { ok: count(findings, 'ok'), warning: count(findings, 'warning'), problem: count(findings, 'problem') },
  })),
}

const { format, json } = formatOptions(VIEWS)

/** The longest time for each check, in milliseconds. */
const PATIENCE = 10_000

export const doctor: Define = (command, run) => {
  command
    .addOption(new Option('-e, --env <name>', 'only this environment (default: all of them)'))
    .addOption(format)
    .addOption(json)
    .addHelpText(
      'after',
      examples(
        ['Everything', 'flows doctor'],
        ['Before a job in CI that applies', 'flows doctor --env live'],
        ['What the service needs of Stripe', 'STRIPE_LIVE_KEY=rk_live_... flows doctor'],
      ),
    )
    .action((options) =>
      run(async (cli) => {
        const { project, found } = checkConfiguration(cli)
        const checks = [
          ...(project === undefined ? [aboutGit(cli.terminal.cwd)] : aboutProject(project)),
          ...(project === undefined ? [] : aboutEnvironments(cli, project, options.env)),
          aboutStripe(cli.terminal),
        ]
        const findings = [{ ...found, environment: null }, ...(await runChecks(checks, PATIENCE))]
        const exitCode = findings.some(({ status }) => status === 'problem') ? ExitCode.failed : ExitCode.ok
        return viewOf(options, VIEWS)(cli, findings, exitCode)
      }),
    )
}

function aboutProject(project: Project): Check[] {
  const about = (name: string, run: Check['run']): Check => ({ name, environment: null, run })
  return [
    about('definitions', () => checkDefinitions(project)),
    about('policies', () => checkPolicies(project)),
    about('schemas', () => checkSchemas(project)),
    about('cache', () => checkCache(project)),
    aboutGit(project.root),
    about('program', checkProgram),
  ]
}

function aboutGit(root: string): Check {
  return { name: 'git', environment: null, run: () => checkGit(root) }
}

/** Of the service that runs with these variables. */
function aboutStripe(terminal: Terminal): Check {
  const run = async () => (await import('../../doctor/stripe-checks.js')).checkStripe({ terminal, patience: PATIENCE })
  return { name: 'stripe', environment: null, run }
}

/** Checks for the named environment; if none is named, for all. */
function aboutEnvironments(cli: Cli, project: Project, env: string | undefined): Check[] {
  const { terminal } = cli
  const isChosen = env !== undefined
  const targets: readonly Target[] = isChosen
    ? [targetOf(project, cli, env)]
    : Object.entries(project.config.environments).map(([name, settings]) => ({ name, settings }))
  const shared: Check = {
    name: 'environments',
    environment: null,
    run: async () =>
      (await import('../../doctor/shared-stores.js')).checkSharedStores(project, targets, terminal, PATIENCE),
  }
  const each = targets.flatMap((target): Check[] => {
    const { name: environment, settings } = target
    const { api } = settings
    if (api === undefined) return [{ name: 'store', environment, run: () => checkStore(project, terminal) }]
    return [
      { name: 'service', environment, run: () => checkService(api, PATIENCE) },
      {
        name: 'key',
        environment,
        run: () =>
          checkKey({
            project: project.config.project,
            target,
            terminal,
            patience: PATIENCE,
            isChosen,
            defined: () => definedKeys(project, target.name),
          }),
      },
    ]
  })
  return targets.length > 1 ? [shared, ...each] : each
}

function inWords(terminal: Terminal, findings: readonly Finding[]): void {
  const { palette } = terminal
  const colours = { ok: palette.green, warning: palette.yellow, problem: palette.red }
  const width = Math.max(...findings.map(({ check }) => check.length))
  const indent = ' '.repeat(width + 13)
  // Further lines stay in the same column.
  const room = terminal.columns === undefined ? undefined : terminal.columns - indent.length
  const inColumn = (text: string) => fitted(text, room).replaceAll('\n', `\n${indent}`)
  for (const place of new Set(findings.map(({ environment }) => environment))) {
    terminal.show(`${palette.bold(printable(place ?? 'project'))}\n`)
    for (const { status, check, message, hint } of findings.filter(({ environment }) => environment === place)) {
      terminal.show(
        `  ${padEnd(colours[status](status), 7)}  ${padEnd(check, width)}  ${inColumn(printable(message))}\n`,
      )
      if (hint !== undefined) terminal.show(`${indent}${inColumn(`${palette.cyan('hint')}  ${printable(hint)}`)}\n`)
    }
  }
  const [problems, warnings] = [count(findings, 'problem'), count(findings, 'warning')]
  terminal.show(`${plural(problems, 'problem')}, ${plural(warnings, 'warning')}.\n`)
}

function count(findings: readonly Finding[], wanted: Status): number {
  return findings.filter(({ status }) => status === wanted).length
}
