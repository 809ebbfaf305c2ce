import { InvalidArgumentError, Option } from '@commander-js/extra-typings'
import type { Plan } from '../model/plan.js'
import { type Allowance, allowanceText, GUARDS, parseAllowance } from '../plan/allowance.js'
import { idleAllowances } from '../plan/guard.js'
import { printable } from '../render/text.js'
import type { Cli } from './command.js'

/** `--allow weaken --allow protected=high-value`: guards lifted by name for one run. Never all of them at once. */
export function allowOption() {
  return new Option('--allow <guard[=key]>', `lift a guard for this run: ${GUARDS.join(', ')}; may be repeated`)
    .default([] as readonly Allowance[], 'none')
    .argParser((value: string, previous: readonly Allowance[]) => [...previous, checkedAllowance(value)])
}

function checkedAllowance(value: string): Allowance {
  const allowance = parseAllowance(value)
  if (allowance === null) throw new InvalidArgumentError(`The guards are ${GUARDS.join(', ')}.`)
  const { guard, key } = allowance
  if (guard === 'protected' && !key) {
    throw new InvalidArgumentError('A protected flow is overridden by name: --allow protected=<key>.')
  }
  if (guard === 'max_change_share' && key !== undefined) {
    throw new InvalidArgumentError('max_change_share is about the whole plan and takes no key.')
  }
  if (key === '') throw new InvalidArgumentError(`Name a flow behind "${guard}=", or leave out the "=".`)
  return allowance
}

/** Says which allowances do nothing, so that a mistyped key does not look like a guard that does not listen. */
export function warnOfIdle({ terminal }: Cli, plan: Plan, allow: readonly Allowance[]): void {
  for (const allowance of idleAllowances(plan.changes, allow)) {
    const text = `--allow ${allowanceText(allowance)} does nothing: this plan changes no flow "${allowance.key}"`
    terminal.talk(`${terminal.talkPalette.yellow('warning')} ${printable(text)}\n`)
  }
}
