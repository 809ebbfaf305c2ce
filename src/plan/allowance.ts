import type { LiftableGuard } from '../model/plan.js'

/** A guard or a policy, lifted by name for one run: for all flows, or for one. */
export interface Allowance {
  readonly guard: LiftableGuard | 'policy'
  /** Name of the policy, where one is lifted. */
  readonly policy?: string
  readonly key?: string
}

/** A record, so that the compiler reports a guard that is missing here. */
const NAMES: Readonly<Record<LiftableGuard, true>> = {
  weaken: true,
  archive: true,
  expose_link: true,
  max_change_share: true,
  protected: true,
}
export const GUARDS = Object.keys(NAMES) as readonly LiftableGuard[]

/** "weaken", "archive=old-flow", "policy=selfie:high-value": the form of `--allow` and of a deployment's record. */
export function allowanceText({ guard, policy, key }: Allowance): string {
  if (policy !== undefined) return key === undefined ? `policy=${policy}` : `policy=${policy}:${key}`
  return key === undefined ? guard : `${guard}=${key}`
}

/** null if no guard has this name. The part behind the name may be empty; then it lifts nothing. */
export function parseAllowance(text: string): Allowance | null {
  const [name = '', ...rest] = text.split('=')
  const behind = rest.join('=')
  if (name === 'policy') {
    // Names and keys never hold a colon.
    const [policy = '', ...keys] = behind.split(':')
    return { guard: 'policy', policy, ...(keys.length > 0 && { key: keys.join(':') }) }
  }
  const guard = GUARDS.find((one) => one === name)
  if (guard === undefined) return null
  return rest.length === 0 ? { guard } : { guard, key: behind }
}
