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
  const help = `lift a guard for this run: ${GUARDS.join(', ')}, policy=<name>[:key]; may be repeated`
  return new Option('--allow <guard[=key]>', help)
    .default([] as readonly Allowance[], 'none')
    .argParser((value: string, previous: readonly Allowance[]) => [...previous, parseAllowance(value)])
}

function parseAllowance(value: string): Allowance {
  const [name = '', ...rest] = value.split('=')
  const key = rest.join('=')
  if (name === 'policy') return policyAllowance(key)
  const guard = GUARDS.find((one) => one === name)
  if (guard === undefined) throw new InvalidArgumentError(`The guards are ${GUARDS.join(', ')}, and policy=<name>.`)
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

/** One policy, for every flow or for one; never all policies at once. Neither names nor keys hold a colon. */
function policyAllowance(text: string): Allowance {
  const [policy = '', ...rest] = text.split(':')
  const key = rest.join(':')
  if (policy === '') throw new InvalidArgumentError('Name the policy: --allow policy=<name>.')
  if (rest.length > 0 && key === '')
    throw new InvalidArgumentError(`Name a flow behind "${policy}:", or leave out the ":".`)
  return { guard: 'policy', policy, ...(rest.length > 0 && { key }) }
}

/** Says which allowances do nothing, so that a mistyped name does not look like a guard that does not listen. */
export function warnOfIdle(
  { terminal }: Cli,
  plan: Plan,
  allow: readonly Allowance[],
  policies: readonly string[],
): void {
  const warn = (allowance: Allowance, why: string) => {
    const text = `--allow ${allowanceText(allowance)} does nothing: ${why}`
    terminal.talk(`${terminal.talkPalette.yellow('warning')} ${printable(text)}\n`)
  }
  const unknown = allow.filter(({ policy }) => policy !== undefined && !policies.includes(policy))
  for (const allowance of unknown) warn(allowance, `there is no policy "${allowance.policy}"`)
  for (const allowance of idleAllowances(plan.changes, allow)) {
    if (!unknown.includes(allowance)) warn(allowance, `this plan changes no flow "${allowance.key}"`)
  }
}

/** An allowance as it is written behind `--allow`, and in a deployment. */
export function allowanceText({ guard, policy, key }: Allowance): string {
  if (policy !== undefined) return key === undefined ? `policy=${policy}` : `policy=${policy}:${key}`
  return key === undefined ? guard : `${guard}=${key}`
}
