import { randomUUID } from 'node:crypto'
import type { Cli } from '../cli/program/command.js'
import { ExitCode } from '../cli/program/exit-code.js'
import { progress } from '../cli/program/progress.js'
import type { Deployment } from '../model/deployment.js'
import type { Plan } from '../model/plan.js'
import type { Refusal } from '../plan/refusal.js'
import type { Remote } from '../remote/remote.js'
import { formatTime, plural } from '../text/text.js'
import { type ApplyOptions, apply as applyPlan } from './apply.js'
import { badUsage, Failure } from './failure.js'

/** Says why a plan is not applied, and how to go on. */
export function refuse(refusal: Refusal, isSaved: boolean): never {
  const message = `Not applied: ${refusal.messages.join('; ')}. Nothing was written.`
  if (refusal.reason === 'conflict') throw new Failure('conflict', message)
  throw new Failure('blocked_by_guard', message, {
    exitCode: ExitCode.blocked,
    hint: waysOn(refusal, isSaved),
  })
}

/** How to go on: with what is blocked, by name, once it was reviewed; and without it. */
function waysOn({ allowances, others }: Refusal, isSaved: boolean): string {
  const list = (option: string, values: readonly string[]) =>
    values.length > 5 ? `${option} ... for each of ${values.length}` : values.map((one) => `${option} ${one}`).join(' ')
  const lift = `have it reviewed, then lift it by name: ${list('--allow', allowances)}`
  return others.length === 0
    ? lift
    : `${lift}; the rest can go on without it: ${isSaved ? 'flows plan ' : ''}${list('--only', others)}`
}

/** Asks a person; throws where nobody is there to answer. */
export async function confirmed({ terminal }: Cli, plan: Plan): Promise<boolean> {
  if (!terminal.isInteractive) {
    throw badUsage('nobody is there to confirm: nothing was written', 'add --yes to apply without asking')
  }
  const answer = await terminal.ask(`Apply ${plural(plan.changes.length, 'change')} to ${plan.environment}? [y/N] `)
  return /^y(es)?$/i.test(answer)
}

/** Writes a plan as one deployment. A reviewed plan that another run has applied meanwhile is applied; any other is stale. */
export async function deploy(
  { terminal }: Cli,
  plan: Plan,
  remote: Remote,
  about: Omit<ApplyOptions, 'runId'>,
): Promise<Done> {
  const steps = progress(terminal)
  const count = plural(plan.changes.length, 'change')
  const writer = await remote.writer()
  try {
    steps.begin(`Writing ${count} to ${remote.label} as one deployment`)
    const result = await applyPlan(plan, writer, { runId: randomUUID(), ...about })
    if (result.status === 'refused') return refuse(result.refusal, about.approvedDigest !== undefined)
    const { status, deployment } = result
    if (status === 'applied_by_another_run') {
      if (about.approvedDigest !== undefined) return { status: 'applied_already', deployment }
      throw new Failure(
        'plan_stale',
        `The plan is stale: another run applied the very same plan first, as ${deployment.id} ` +
          `(${deployment.actor ?? 'someone'}, ${formatTime(deployment.created)}). This run wrote nothing.`,
        { exitCode: ExitCode.planStale, hint: 'flows plan now shows what is left to do' },
      )
    }
    return { status: 'applied', deployment }
  } finally {
    steps.end()
    await writer.close()
  }
}

/** What became of a plan. */
export type Done =
  | { readonly status: 'nothing_to_do'; readonly deployment: null }
  | { readonly status: 'applied' | 'applied_already'; readonly deployment: Deployment }
