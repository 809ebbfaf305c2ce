import { InvalidArgumentError, Option } from '@commander-js/extra-typings'
import type { GuardName, Plan } from '../model/plan.js'
import { type Allowance, idleAllowances } from '../plan/guard.js'
import { printable } from '../render/text.js'
import type { Cli } from './command.js'

/** A record, so that the compiler misses a guard that is not named here. */
const NAMES: Readonly<Record<GuardName, true>> = {
  weaken: true,
  archive: true,
  expose_link: true,
  max_change_share: true,
  protected: true,
}
export const GUARDS = Object.keys(NAMES) as readonly GuardName[]

/** `--allow weaken --allow protected=high-value`: guards lifted by name for one run. Never all of them at once. */
export function allowOption() {
  return new Option('--allow <guard[=key]>', `lift a guard for this run: ${GUARDS.join(', ')}; may be repeated`)
    .default([] as readonly Allowance[], 'none')
    .argParser((value: string, previous: readonly Allowance[]) => [...previous, parseAllowance(value)])
}

function parseAllowance(value: string): Allowance {
  const [name = '', ...rest] = value.split('=')
  const key = rest.join('=')
  const guard = GUARDS.find((one) => one === name)
  if (guard === undefined) throw new InvalidArgumentError(`The guards are ${GUARDS.join(', ')}.`)
  if (guard === 'protected' && key === '') {
    throw new InvalidArgumentError('A protected flow is overridden by name: --allow protected=<key>.')
  }
  if (guard === 'max_change_share' && rest.length > 0) {
    throw new InvalidArgumentError('max_change_share is about the whole plan and takes no key.')
  }
  if (rest.length > 0 && key === '')
    throw new InvalidArgumentError(`Name a flow behind "${name}=", or leave out the "=".`)
  return rest.length === 0 ? { guard } : { guard, key }
}

/** Says which allowances do nothing, so that a mistyped key does not look like a guard that does not listen. */
export function warnOfIdle({ terminal }: Cli, plan: Plan, allow: readonly Allowance[]): void {
  for (const allowance of idleAllowances(plan.changes, allow)) {
    const text = `--allow ${allowanceText(allowance)} does nothing: this plan changes no flow "${allowance.key}"`
    terminal.talk(`${terminal.talkPalette.yellow('warning')} ${printable(text)}\n`)
  }
}

export function allowanceText({ guard, key }: Allowance): string {
  return key === undefined ? guard : `${guard}=${key}`
}
