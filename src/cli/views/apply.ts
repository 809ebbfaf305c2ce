import type { Outcome, Steps } from '../../app/apply-project.js'
import { badUsage, Failure } from '../../app/failure.js'
import type { Planned } from '../../app/plan-project.js'
import type { Deployment } from '../../model/deployment.js'
import { isEmpty, type Plan } from '../../model/plan.js'
import type { Allowance } from '../../plan/allowance.js'
import type { Refusal } from '../../plan/refusal.js'
import { differencesText } from '../../render/plan/differences.js'
import { planTextPieces, policiesText } from '../../render/plan/text.js'
import { formatTime, plural } from '../../text/text.js'
import { warnOfIdle } from '../options/allow.js'
import { checkOnly } from '../options/only.js'
import type { Cli } from '../program/command.js'
import { progress } from '../program/progress.js'
import type { Terminal } from '../program/terminal.js'

/** What is shown while an apply runs. */
export interface ApplyView {
  planned(terminal: Terminal, plan: Plan): void
  writing(terminal: Terminal, plan: Plan): void
  differs(terminal: Terminal, found: Differs): void
}

type Differs = Extract<Outcome, { status: 'differs' }>

/** In words. */
export const applyInWords: ApplyView = {
  planned: ({ talk, talkPalette }, plan) => {
    if (!isEmpty(plan) || plan.accepted !== undefined || plan.conflicts.length > 0) {
      for (const piece of planTextPieces(plan, talkPalette)) talk(piece)
      return talk('\n')
    }
    // Nothing will be written, but policies may still have warnings about the flows as they are.
    const warnings = policiesText(plan, talkPalette)
    if (warnings !== '') talk(`${warnings}\n\n`)
  },
  writing: () => {},
  differs: ({ talk, talkPalette }, { by, differences }) =>
    talk(`${differencesText(differences, talkPalette, by === 'flows' ? 'today' : 'defined')}\n`),
}

/** For formats that show everything at the end. */
export const applyUntold: ApplyView = { planned: () => {}, writing: () => {}, differs: () => {} }

/** The successful ends of an apply. */
export type Settled = Extract<Outcome, { status: 'nothing_to_do' | 'applied' | 'applied_already' }>

export function deploymentOf(settled: Settled): Deployment | null {
  return settled.status === 'nothing_to_do' ? null : settled.deployment
}

export interface Following {
  readonly view: ApplyView
  readonly allow: readonly Allowance[]
  readonly only?: readonly string[]
  /** Whether the plan was reviewed: then nobody is asked. */
  readonly isReviewed?: boolean
  /** Whether nobody is to be asked. */
  readonly yes?: boolean | undefined
  /** Called with how it ended, before it is shown. */
  readonly ended?: (outcome: Outcome) => Promise<void>
  /** What is shown after the answer "no". */
  readonly declinedText?: string
}

/** Follows an apply: shows what happens, asks, and throws Failure for everything that prevents the writing. */
export async function follow(
  cli: Cli,
  following: Following,
  apply: (steps: Steps) => Promise<Outcome>,
): Promise<Settled> {
  const { terminal } = cli
  const { view, allow, only = [], isReviewed = false, yes = false } = following
  const waiting = progress(terminal)
  const steps: Steps = {
    planned: (planned) => {
      if (isWhole(planned)) checkOnly(only, planned)
      warnOfIdle(cli, planned, allow)
      view.planned(terminal, planned.plan)
    },
    ...(!isReviewed && !yes && { agreed: (plan: Plan) => confirmed(terminal, plan) }),
    writing: (plan, remote) => {
      view.writing(terminal, plan)
      const records = plan.accepted?.length ?? 0
      const what =
        plan.changes.length === 0 && records > 0
          ? `Recording ${plural(records, 'flow')} as edited in`
          : `Writing ${plural(plan.changes.length, 'change')} to`
      waiting.begin(`${what} ${remote.label} as one deployment`)
    },
  }
  const outcome = await apply(steps).finally(() => waiting.end())
  await following.ended?.(outcome)
  switch (outcome.status) {
    case 'nothing_to_do':
    case 'applied':
    case 'applied_already':
      return outcome
    case 'refused':
      throw refused(outcome.refusal, isReviewed)
    case 'declined':
      throw new Failure('not_confirmed', following.declinedText ?? 'Not applied: nothing was written.')
    case 'overtaken':
      throw overtaken(outcome)
    case 'differs':
      view.differs(terminal, outcome)
      throw differing(outcome)
  }
}

function isWhole(planned: Partial<Planned>): planned is Planned {
  return planned.defined !== undefined
}

/** Asks a person; throws if nobody can answer. */
async function confirmed(terminal: Terminal, plan: Plan): Promise<boolean> {
  if (!terminal.isInteractive) {
    throw badUsage('nobody is there to confirm: nothing was written', 'add --yes to apply without asking')
  }
  const answer = await terminal.ask(`Apply ${plural(plan.changes.length, 'change')} to ${plan.environment}? [y/N] `)
  return /^y(es)?$/i.test(answer)
}

/** Why a plan is not applied, and how to go on. */
function refused(refusal: Refusal, isReviewed: boolean): Failure {
  const message = `Not applied: ${refusal.messages.join('; ')}. Nothing was written.`
  if (refusal.reason === 'conflict') return new Failure('conflict', message)
  return new Failure('blocked_by_guard', message, { hint: waysOn(refusal, isReviewed) })
}

/** Ways to continue: with the blocked changes, allowed by name after a review; or without them. */
function waysOn({ reason, allowances, others }: Refusal, isReviewed: boolean): string {
  if (reason === 'too_large') return `flows ${isReviewed ? 'plan' : 'apply'} --only takes some of its flows`
  if (allowances.length === 0) return 'have the pull request approved, then run this again'
  const list = (option: string, values: readonly string[]) =>
    values.length > 5 ? `${option} ... for each of ${values.length}` : values.map((one) => `${option} ${one}`).join(' ')
  const lift = `have it reviewed, then lift it by name: ${list('--allow', allowances)}`
  return others.length === 0
    ? lift
    : `${lift}; the rest can go on without it: ${isReviewed ? 'flows plan ' : ''}${list('--only', others)}`
}

function overtaken({ deployment }: Extract<Outcome, { status: 'overtaken' }>): Failure {
  const { id, actor, created } = deployment
  return new Failure(
    'plan_stale',
    `The plan is stale: another run applied the very same plan first, as ${id} (${actor ?? 'someone'}, ${formatTime(created)}). This run wrote nothing.`,
    { hint: 'flows plan now shows what is left to do' },
  )
}

function differing({ by, differences }: Differs): Failure {
  const flows = plural(differences.length, 'flow')
  const details = { differences }
  return by === 'definitions'
    ? new Failure(
        'plan_of_other_definitions',
        `This plan does something else to ${flows} than the definitions here say.\nNothing was written.`,
        { hint: 'plan these definitions, and have that plan reviewed', details },
      )
    : new Failure(
        'plan_stale',
        `The plan is stale: today it would do something else to ${flows}.\nNothing was written.`,
        { hint: 'plan again, and have that plan reviewed', details },
      )
}
