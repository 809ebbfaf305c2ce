import { randomUUID } from 'node:crypto'
import { apply as applyPlan } from '../../apply/apply.js'
import type { Deployment } from '../../model/deployment.js'
import { ExitCode } from '../../model/exit-code.js'
import { isEmpty, type Plan } from '../../model/plan.js'
import { type Refusal, refusalOf } from '../../plan/refusal.js'
import type { Remote } from '../../remote/remote.js'
import { summaryLine } from '../../render/plan/summary.js'
import { planText } from '../../render/plan/text.js'
import { formatTime, plural, printable } from '../../render/text.js'
import { allowanceText, allowOption } from '../allow.js'
import { type Cli, type Define, examples } from '../command.js'
import { badUsage, Failure } from '../failure.js'
import { gitCommit } from '../git.js'
import { planned } from '../planned.js'
import { progress } from '../progress.js'
import { environmentOption } from '../project.js'
import { chosenFormat, formatOptions, jsonText } from '../views/format.js'

const { format, json } = formatOptions(['human', 'json'])

export const apply: Define = (command, run) => {
  command
    .addOption(environmentOption)
    .option('-y, --yes', 'apply without asking; needed where nobody can answer')
    .addOption(allowOption())
    .addOption(format)
    .addOption(json)
    .addHelpText(
      'after',
      examples(
        ['Show the plan, ask, apply', 'flows apply'],
        ['In a deploy job', 'flows apply --env live --yes'],
        ['Let this run weaken one flow', 'flows apply --env live --allow weaken=low-value'],
      ),
    )
    .action((options) =>
      run(async (cli) => {
        const { terminal } = cli
        const chosen = chosenFormat(options)
        const { project, remote, plan } = await planned(cli, options)
        const show = chosen === 'json' ? showJson : showHuman
        if (chosen === 'human' && !(isEmpty(plan) && plan.conflicts.length === 0)) {
          terminal.talk(`${planText(plan, terminal.talkPalette)}\n`)
        }
        const refusal = refusalOf(plan)
        if (refusal) refuse(refusal)
        if (isEmpty(plan)) return show(cli, plan, null, remote)
        if (!options.yes && !(await confirmed(cli, plan))) {
          throw new Failure('not_confirmed', 'Not applied: nothing was written.')
        }
        const deployment = await deploy(cli, plan, remote, {
          source: await gitCommit(project.root),
          allowed: options.allow.map(allowanceText),
        })
        return show(cli, plan, deployment, remote)
      }),
    )
}

function refuse(refusal: Refusal): never {
  const message = `Not applied: ${refusal.messages.join('; ')}. Nothing was written.`
  if (refusal.reason === 'conflict') throw new Failure('conflict', message)
  throw new Failure('blocked_by_guard', message, {
    exitCode: ExitCode.blocked,
    hint: 'have the plan reviewed, then lift the guard by name with --allow',
  })
}

async function confirmed({ terminal }: Cli, plan: Plan): Promise<boolean> {
  if (!terminal.isInteractive) {
    throw badUsage('nobody is there to confirm: nothing was written', 'add --yes to apply without asking')
  }
  const answer = await terminal.ask(`Apply ${plural(plan.changes.length, 'change')} to ${plan.environment}? [y/N] `)
  return /^y(es)?$/i.test(answer)
}

async function deploy(
  { terminal }: Cli,
  plan: Plan,
  remote: Remote,
  about: { readonly source: Deployment['source']; readonly allowed: readonly string[] },
): Promise<Deployment> {
  const steps = progress(terminal)
  const count = plural(plan.changes.length, 'change')
  const writer = await remote.writer()
  try {
    steps.begin(`Writing ${count} to ${remote.label} as one deployment`)
    const result = await applyPlan(plan, writer, { runId: randomUUID(), ...about })
    if (result.status === 'refused') return refuse(result.refusal)
    const { status, deployment } = result
    if (status === 'applied_by_another_run') {
      throw new Failure(
        'plan_stale',
        `The plan is stale: another run applied the very same plan first, as ${deployment.id} ` +
          `(${deployment.actor ?? 'someone'}, ${formatTime(deployment.created)}). This run wrote nothing.`,
        { exitCode: ExitCode.planStale, hint: 'flows plan now shows what is left to do' },
      )
    }
    return deployment
  } finally {
    steps.end()
    await writer.close()
  }
}

type Show = (cli: Cli, plan: Plan, deployment: Deployment | null, remote: Remote) => ExitCode

const showHuman: Show = ({ terminal }, plan, deployment, remote) => {
  const { bold, green } = terminal.palette
  if (deployment === null) terminal.show(`Nothing to do: ${summaryLine(plan, 'done')} in ${plan.environment}.\n`)
  else {
    terminal.show(`${green('Applied')} to ${bold(plan.environment)}: ${summaryLine(plan, 'done')}.\n`)
    terminal.show(`Deployment ${printable(deployment.id)} in ${printable(remote.label)}\n`)
  }
  return ExitCode.ok
}

const showJson: Show = ({ terminal }, plan, deployment) => {
  terminal.result(
    jsonText({
      format: 'flows.apply',
      format_version: '1.0',
      status: deployment === null ? 'nothing_to_do' : 'applied',
      environment: plan.environment,
      summary: plan.summary,
      deployment,
      exit_code: ExitCode.ok,
    }),
  )
  return ExitCode.ok
}
