import type { ApplyOptions } from '../../../app/apply.js'
import { confirmed, type Done, deploy, refuse } from '../../../app/deploy.js'
import { badUsage, Failure } from '../../../app/failure.js'
import { planned } from '../../../app/plan-project.js'
import { projectCommit } from '../../../app/project/commit.js'
import { approved } from '../../../app/reviewed.js'
import { isDeploymentId } from '../../../forge/header.js'
import type { Deployment } from '../../../model/deployment.js'
import { isEmpty, type Plan } from '../../../model/plan.js'
import { type Allowance, allowanceText } from '../../../plan/allowance.js'
import type { Difference } from '../../../plan/approved.js'
import { refusalOf } from '../../../plan/refusal.js'
import type { Remote } from '../../../remote/remote.js'
import type { Palette } from '../../../render/palette.js'
import { differencesText } from '../../../render/plan/differences.js'
import { recordsText, summaryLine } from '../../../render/plan/summary.js'
import { planText, policiesText } from '../../../render/plan/text.js'
import { formatTime, plural, printable } from '../../../text/text.js'
import { allowOption } from '../../options/allow.js'
import { chosenFormat, formatOptions, jsonText } from '../../options/format.js'
import { onlyOption } from '../../options/only.js'
import { environmentOption } from '../../options/project.js'
import { type Cli, type Define, examples } from '../../program/command.js'
import { ExitCode } from '../../program/exit-code.js'
import { outputLines, setOutputs } from '../../review/github-files.js'
import { asLines, type Events, noEvents } from '../../views/event-lines.js'

const { format, json } = formatOptions(['human', 'json', 'jsonl'])

export const apply: Define = (command, run) => {
  command
    .argument('[plan]', 'a plan saved by flows plan --out: applied as it was reviewed, without asking')
    .addOption(environmentOption)
    .option('-y, --yes', 'apply without asking; needed where nobody can answer')
    .option('--check-definitions', 'with a saved plan: refuse what the definitions here do not say as well')
    .addOption(allowOption())
    .addOption(onlyOption())
    .addOption(format)
    .addOption(json)
    .addHelpText(
      'after',
      examples(
        ['Show the plan, ask, apply', 'flows apply'],
        ['In a deploy job', 'flows apply --env live --yes'],
        ['What was reviewed, and nothing else', 'flows apply plan.json'],
        ['In a deploy job: only what was merged, too', 'flows apply plan.json --check-definitions'],
        ['Lines of JSON for a machine, while it happens', 'flows apply --env live --yes --format jsonl'],
        ['Let this run weaken one flow', 'flows apply --env live --allow weaken=low-value'],
      ),
    )
    .action((file, options) =>
      run((cli) => {
        const chosen = chosenFormat(options)
        if (chosen === 'jsonl') return asLines(cli, (events) => applied(cli, file, options, showNothing, events))
        return applied(cli, file, options, chosen === 'json' ? showJson : showHuman, noEvents)
      }),
    )
}

async function applied(
  cli: Cli,
  file: string | undefined,
  options: Chosen,
  show: Show,
  events: Events,
): Promise<ExitCode> {
  const { terminal } = cli
  const isHuman = show === showHuman
  const tell = telling(show)
  const made = file === undefined ? await fresh(cli, options) : await reviewed(cli, file, options, isHuman)
  const { plan, remote, about } = made
  if (made.appliedAs) {
    events.appliedAlready(made.appliedAs)
    return tell(cli, plan, { status: 'applied_already', deployment: made.appliedAs }, remote)
  }
  events.planned(plan)
  if (isHuman) terminal.talk(beforeApply(plan, terminal.talkPalette))
  const refusal = refusalOf(plan)
  if (refusal) refuse(refusal, file !== undefined)
  const isRecord = isEmpty(plan) && plan.accepted !== undefined
  if (isEmpty(plan) && !isRecord) return tell(cli, plan, { status: 'nothing_to_do', deployment: null }, remote)
  if (file === undefined && !options.yes && !isRecord && !(await confirmed(cli, plan))) {
    throw new Failure('not_confirmed', 'Not applied: nothing was written.')
  }
  events.started(plan)
  const outcome = await deploy(cli, plan, remote, about)
  if (outcome.deployment !== null) events.deployed(outcome.deployment)
  return tell(cli, plan, outcome, remote)
}

/** What is about to be done; where that is nothing, what policies say of the flows as they are. */
function beforeApply(plan: Plan, palette: Palette): string {
  if (!isEmpty(plan) || plan.accepted !== undefined || plan.conflicts.length > 0) return `${planText(plan, palette)}\n`
  const warnings = policiesText(plan, palette)
  return warnings === '' ? '' : `${warnings}\n\n`
}

/** A plan to apply, and what its deployment is to say about it. */
interface Made {
  readonly plan: Plan
  readonly remote: Remote
  readonly about: Omit<ApplyOptions, 'runId'>
  /** The deployment that applied this plan in an earlier run. */
  readonly appliedAs?: Deployment
}

interface Chosen {
  readonly env?: string | undefined
  readonly yes?: true | undefined
  readonly checkDefinitions?: true | undefined
  readonly allow: readonly Allowance[]
  readonly only: readonly string[]
}

/** The plan of the definitions. */
async function fresh(cli: Cli, options: Chosen): Promise<Made> {
  if (options.checkDefinitions) throw badUsage('--check-definitions is for a saved plan', 'name its file')
  const { project, remote, plan } = await planned(cli, options)
  const source = await projectCommit(project, cli.terminal)
  return { plan, remote, about: { source, allowed: options.allow.map(allowanceText) } }
}

/** A saved plan, if it still does what was reviewed. */
async function reviewed(cli: Cli, file: string, options: Chosen, isHuman: boolean): Promise<Made> {
  if (options.only.length > 0) {
    throw badUsage('a saved plan is applied whole', 'flows plan --only <key> --out <file> saves a part')
  }
  const { remote, source, approved: saved, outcome } = await approved(cli, file, options)
  if (saved.source && saved.source.dirty !== false) {
    const { terminal } = cli
    const text =
      saved.source.dirty === null
        ? 'whether the files that this plan was made from were committed is not known'
        : 'this plan was made from files that were not committed'
    terminal.talk(`${terminal.talkPalette.yellow('warning')} ${text}\n`)
  }
  const about = { source, approvedDigest: saved.digest }
  switch (outcome.status) {
    case 'differs':
      return refuseStale(cli, outcome, isHuman)
    case 'applied_already':
      return { plan: saved, remote, about: { ...about, allowed: [] }, appliedAs: outcome.deployment }
    case 'same':
      return {
        plan: outcome.plan,
        remote,
        about: { ...about, allowed: [...new Set(outcome.allow.map(allowanceText))] },
      }
  }
}

interface Stale {
  readonly by: 'flows' | 'definitions'
  readonly differences: readonly Difference[]
}

function refuseStale({ terminal }: Cli, { by, differences: differ }: Stale, isHuman: boolean): never {
  const now = by === 'flows' ? 'today' : 'defined'
  if (isHuman) terminal.talk(`${differencesText(differ, terminal.talkPalette, now)}\n`)
  const flows = plural(differ.length, 'flow')
  if (by === 'definitions') {
    throw new Failure(
      'plan_of_other_definitions',
      `This plan does something else to ${flows} than the definitions here say.\nNothing was written.`,
      {
        exitCode: ExitCode.planStale,
        hint: 'plan these definitions, and have that plan reviewed',
        details: { differences: differ },
      },
    )
  }
  throw new Failure(
    'plan_stale',
    `The plan is stale: today it would do something else to ${flows}.\nNothing was written.`,
    {
      exitCode: ExitCode.planStale,
      hint: 'plan again, and have that plan reviewed',
      details: { differences: differ },
    },
  )
}

type Show = (cli: Cli, plan: Plan, done: Done, remote: Remote) => ExitCode

/** Later steps of a CI job learn the deployment's id, if it is one: a line break in it would be a result of its own. */
function telling(show: Show): Show {
  return (cli, plan, done, remote) => {
    const id = done.deployment?.id
    setOutputs(cli.terminal, outputLines({ deployment: isDeploymentId(id) ? id : null }))
    return show(cli, plan, done, remote)
  }
}

const showHuman: Show = ({ terminal }, plan, { status, deployment }, remote) => {
  const { bold, green } = terminal.palette
  if (deployment === null) terminal.show(`Nothing to do: ${summaryLine(plan, 'done')} in ${plan.environment}.\n`)
  else if (status === 'applied_already') {
    const who = printable(deployment.actor ?? 'someone')
    const text = `${printable(deployment.id)} by ${who}, at ${formatTime(deployment.created)}`
    terminal.show(`Nothing was written to ${plan.environment}: this plan was applied already\n`)
    terminal.show(`as ${text}\n`)
  } else {
    const recorded = plan.accepted === undefined ? '' : `${recordsText(plan.accepted.length)}; `
    terminal.show(`${green('Applied')} to ${bold(plan.environment)}: ${recorded}${summaryLine(plan, 'done')}.\n`)
    terminal.show(`Deployment ${printable(deployment.id)} in ${printable(remote.label)}\n`)
  }
  return ExitCode.ok
}

/** All was told while it happened. */
const showNothing: Show = () => ExitCode.ok

const showJson: Show = ({ terminal }, plan, { status, deployment }) => {
  terminal.result(
    jsonText({
      format: 'flows.apply',
      format_version: '1.0',
      status,
      environment: plan.environment,
      summary: plan.summary,
      deployment,
      exit_code: ExitCode.ok,
    }),
  )
  return ExitCode.ok
}
