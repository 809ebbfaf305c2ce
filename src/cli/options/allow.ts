import { InvalidArgumentError, Option } from '@commander-js/extra-typings'
import type { Planned } from '../../app/plan-project.js'
import { type Allowance, allowanceText, GUARDS, parseAllowance } from '../../plan/allowance.js'
import { idleAllowances } from '../../plan/guard.js'
import type { Cli } from '../program/command.js'
import { reporterOn } from '../program/reporter.js'

/**
 * `--allow weaken --allow protected=high-value`, or separated by commas or blanks, as in one variable of a CI job.
 * Lifts guards by name for one run, never all of them at once.
 */
export function allowOption() {
  const help = `lift a guard for this run: ${GUARDS.join(', ')}, policy=<name>[:key]; several with commas, or repeated`
  return new Option('--allow <guard[=key]>', help)
    .default([] as readonly Allowance[], 'none')
    .argParser((value: string, previous: readonly Allowance[]) => [...previous, ...checkedAllowances(value)])
}

function checkedAllowances(list: string): readonly Allowance[] {
  const named = list.split(/[\s,]+/).filter((one) => one !== '')
  return (named.length === 0 ? [''] : named).map(checkedAllowance)
}

function checkedAllowance(value: string): Allowance {
  const allowance = parseAllowance(value)
  if (allowance === null) throw new InvalidArgumentError(`The guards are ${GUARDS.join(', ')}, and policy=<name>.`)
  const { guard, policy, key } = allowance
  // One policy, never all of them at once.
  if (policy === '') throw new InvalidArgumentError('Name the policy: --allow policy=<name>.')
  if (policy !== undefined && key === '') {
    throw new InvalidArgumentError(`Name a flow behind "${policy}:", or leave out the ":".`)
  }
  if (guard === 'protected' && !key) {
    throw new InvalidArgumentError('A protected flow is overridden by name: --allow protected=<key>.')
  }
  if (guard === 'max_change_share' && key !== undefined) {
    throw new InvalidArgumentError('max_change_share is about the whole plan and takes no key.')
  }
  if (key === '') throw new InvalidArgumentError(`Name a flow behind "${guard}=", or leave out the "=".`)
  return allowance
}

/** Names the allowances that do nothing, so that a mistyped name does not look like a broken guard. */
export function warnOfIdle(
  { terminal }: Cli,
  { plan, policies }: Pick<Planned, 'plan' | 'policies'>,
  allow: readonly Allowance[],
): void {
  const { warn } = reporterOn(terminal)
  const idle = (allowance: Allowance, why: string) => warn(`--allow ${allowanceText(allowance)} does nothing: ${why}`)
  const unknown = allow.filter(({ policy }) => policy !== undefined && !policies.includes(policy))
  for (const allowance of unknown) idle(allowance, `there is no policy "${allowance.policy}"`)
  for (const allowance of idleAllowances(plan.changes, allow)) {
    if (!unknown.includes(allowance)) idle(allowance, `this plan changes no flow "${allowance.key}"`)
  }
}
