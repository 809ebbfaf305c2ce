import type { GuardName } from '../model/plan.js'

/** A guard lifted by name for one run: for every flow, or for one. */
export interface Allowance {
  readonly guard: GuardName
  readonly key?: string
}

/** A record, so that the compiler misses a guard that is not named here. */
const NAMES: Readonly<Record<GuardName, true>> = {
  weaken: true,
  archive: true,
  expose_link: true,
  max_change_share: true,
  protected: true,
}
export const GUARDS = Object.keys(NAMES) as readonly GuardName[]

/** "weaken", "archive=old-flow": as `--allow` takes it and a deployment records it. */
export function allowanceText({ guard, key }: Allowance): string {
  return key === undefined ? guard : `${guard}=${key}`
}

/** null where no guard has this name. */
export function parseAllowance(text: string): Allowance | null {
  const [name = '', ...rest] = text.split('=')
  const guard = GUARDS.find((one) => one === name)
  if (guard === undefined) return null
  return rest.length === 0 ? { guard } : { guard, key: rest.join('=') }
}
