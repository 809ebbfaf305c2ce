import { applyProject, type Outcome } from '../../../app/apply-project.js'
import { badUsage } from '../../../app/failure.js'
import { applyReviewed } from '../../../app/reviewed.js'
import { readSavedPlan } from '../../../app/saved-plan.js'
import { type Site, targetNamed } from '../../../app/site.js'
import { isDeploymentId } from '../../../forge/header.js'
import { appliedNotice, blockedNotice } from '../../../notify/notice.js'
import type { Allowance } from '../../../plan/allowance.js'
import { outstanding } from '../../../plan/bound.js'
import { appliedAlreadyLine, deploymentLines, planLines, startedLine } from '../../../render/events.js'
import { checklistText } from '../../../render/plan/bound.js'
import { nothing, recordsText, summaryLine } from '../../../render/plan/summary.js'
import { formatTime, printable } from '../../../text/text.js'
import { allowOption } from '../../options/allow.js'
import { chosenView, formatOptions, jsonView, type View } from '../../options/format.js'
import { notify, notifyOption } from '../../options/notify.js'
import { onlyOption } from '../../options/only.js'
import { planFileText } from '../../options/plan-file.js'
import { environmentOption, openProject, portsOf, siteOf } from '../../options/project.js'
import { type Cli, type Define, examples } from '../../program/command.js'
import { ExitCode } from '../../program/exit-code.js'
import { outputLines, setOutputs } from '../../review/github-files.js'
import { type ApplyView, applyInWords, applyUntold, deploymentOf, follow, type Settled } from '../../views/apply.js'
import { asLines, type Emit } from '../../views/event-lines.js'

/** How an apply is reported: what happens, and how it ends. */
interface Telling {
  readonly during: ApplyView
  readonly end: View<Settled>
}

type Run = (cli: Cli, work: (telling: Telling) => Promise<ExitCode>) => Promise<ExitCode>

const VIEWS: Readonly<Record<'human' | 'json' | 'jsonl', Run>> = {
  human: (_, work) => work({ during: applyInWords, end: inWords }),
  json: (_, work) =>
    work({
      during: applyUntold,
      end: jsonView('apply', (settled) => ({
        status: settled.status,
        environment: settled.plan.environment,
        summary: settled.plan.summary,
        deployment: deploymentOf(settled),
        ...(settled.plan.bound && { bound: settled.plan.bound }),
      })),
    }),
  jsonl: (cli, work) => asLines(cli, (emit) => work(inLines(emit))),
}

const { format, json } = formatOptions(VIEWS)

export const apply: Define = (command, run) => {
  command
    .argument('[plan]', 'a plan saved by flows plan --out: applied as it was reviewed, without asking')
    .addOption(environmentOption)
    .option('-y, --yes', 'apply without asking; needed where nobody can answer')
    .option('--check-definitions', 'with a saved plan: refuse what the definitions here do not say as well')
    .addOption(allowOption())
    .addOption(onlyOption())
    .addOption(notifyOption())
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
      run((cli) =>
        chosenView(options, VIEWS)(cli, async ({ during, end }) => {
          const settled = await (file === undefined
            ? fresh(cli, options, during)
            : reviewed(cli, file, options, during))
          tellJob(cli, settled)
          // What a person still has to edit at Stripe is a change that is pending.
          const exitCode = outstanding(settled.plan).length > 0 ? ExitCode.changesPending : ExitCode.ok
          end(cli.terminal, settled, exitCode)
          return exitCode
        }),
      ),
    )
}

interface Options {
  readonly env?: string | undefined
  readonly yes?: true | undefined
  readonly checkDefinitions?: true | undefined
  readonly allow: readonly Allowance[]
  readonly only: readonly string[]
  readonly notify?: true | undefined
}

/** Applies a new plan of the definitions. */
function fresh(cli: Cli, options: Options, view: ApplyView): Promise<Settled> {
  if (options.checkDefinitions) throw badUsage('--check-definitions is for a saved plan', 'name its file')
  const { env, yes, allow, only } = options
  const site = siteOf(cli, env)
  const ended = (outcome: Outcome) => tellOf(site, options, outcome)
  return follow(cli, { view, yes, allow, only, ended }, (steps) => applyProject(site, { allow, only }, steps))
}

/** Applies a saved plan, if it still does what was reviewed. */
function reviewed(cli: Cli, file: string, options: Options, view: ApplyView): Promise<Settled> {
  const { env, allow, only, checkDefinitions } = options
  if (only.length > 0) {
    throw badUsage('a saved plan is applied whole', 'flows plan --only <key> --out <file> saves a part')
  }
  const saved = readSavedPlan(planFileText(cli, file), file)
  const environment = env ?? (cli.terminal.env.FLOWS_ENV || undefined)
  const [ports, project] = [portsOf(cli), openProject(cli)]
  const ended = (outcome: Outcome) =>
    tellOf({ ...ports, project, target: targetNamed(project, outcome.plan.environment) }, options, outcome)
  return follow(cli, { view, allow, isReviewed: true, ended }, (steps) =>
    applyReviewed(ports, project, saved, { environment, allow, checkDefinitions }, steps),
  )
}

/** Tells of a deployment, and of a plan that something stops. */
function tellOf(site: Site, options: Options, outcome: Outcome): Promise<void> {
  return notify(site, options.notify, outcome.plan.livemode, (about) => {
    if (outcome.status === 'applied') {
      const { changes, bound } = outcome.plan
      return changes.length === 0 ? null : appliedNotice(about, changes, outcome.deployment.id, bound)
    }
    return outcome.status === 'refused' ? blockedNotice(about, outcome.refusal.messages) : null
  })
}

/** Passes the deployment's id to later steps of a CI job. Only a well-formed id: a line break would add a result. */
function tellJob({ terminal }: Cli, settled: Settled): void {
  const id = deploymentOf(settled)?.id
  setOutputs(terminal, outputLines({ deployment: isDeploymentId(id) ? id : null }))
}

const inWords: View<Settled> = (terminal, settled) => {
  const { plan, remote } = settled
  const { bold, green } = terminal.palette
  if (settled.status === 'nothing_to_do') {
    terminal.show(`${nothing(plan)}: ${summaryLine(plan, 'done')} in ${plan.environment}.\n`)
  } else if (settled.status === 'applied_already') {
    const { id, actor, created } = settled.deployment
    terminal.show(`Nothing was written to ${plan.environment}: this plan was applied already\n`)
    terminal.show(`as ${printable(id)} by ${printable(actor ?? 'someone')}, at ${formatTime(created)}\n`)
  } else {
    const recorded = plan.accepted === undefined ? '' : `${recordsText(plan.accepted.length)}; `
    terminal.show(`${green('Applied')} to ${bold(plan.environment)}: ${recorded}${summaryLine(plan, 'done')}.\n`)
    terminal.show(`Deployment ${printable(settled.deployment.id)} in ${printable(remote.label)}\n`)
  }
  const checklist = checklistText(plan)
  if (checklist !== '') terminal.show(`\n${checklist}\n`)
}

/** Each line is printed when it happens. */
function inLines(emit: Emit): Telling {
  let isWriting = false
  return {
    during: {
      planned: (_, plan) => emit(...planLines(plan)),
      writing: (_, plan) => {
        isWriting = true
        emit(startedLine(plan))
      },
      differs: () => {},
    },
    end: (_, settled) => {
      const deployment = deploymentOf(settled)
      if (deployment === null) return
      // If no writing began, an earlier run had applied the plan.
      if (isWriting) emit(...deploymentLines(deployment))
      else emit(appliedAlreadyLine(deployment))
    },
  }
}
