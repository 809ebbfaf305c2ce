import type { GuardResult, Plan, PolicyResult } from '../model/plan.js'
import { allowanceText } from './allowance.js'
import { enumerate, isBlocked } from './guard.js'
import { policyGroups } from './policy-groups.js'

/** Why a plan must not be applied, with one message per reason. */
export interface Refusal {
  readonly reason: 'conflict' | 'blocked'
  readonly messages: readonly string[]
  /** Every value that `--allow` would need; empty if nothing lifts the refusal. */
  readonly allowances: readonly string[]
  /** The flows that could be changed now, because nothing objects to them. */
  readonly others: readonly string[]
}

/** null for a plan that may be applied. A conflict comes before guards and policies: no allowance lifts it. */
export function refusalOf(plan: Pick<Plan, 'conflicts' | 'guards' | 'policies' | 'changes'>): Refusal | null {
  const { conflicts, guards, policies = [], changes } = plan
  if (conflicts.length > 0) {
    const messages = conflicts.map(({ file, message }) => `${file}: ${message}`)
    return { reason: 'conflict', messages, allowances: [], others: [] }
  }
  if (!isBlocked([...guards, ...policies])) return null
  const blocked = guards.filter(({ status }) => status === 'blocked')
  const broken = policies.filter(({ status }) => status === 'blocked')
  const concerned = new Set([...blocked.flatMap(({ keys }) => keys), ...broken.map(({ key }) => key)])
  return {
    reason: 'blocked',
    messages: [
      ...blocked.map(({ guard, message }) => `${guard}: ${message}`),
      ...policyGroups(broken).map(({ policy, message, flows }) => {
        return `policy ${policy}: ${message}: ${enumerate(flows.map(({ key }) => key))}`
      }),
    ],
    allowances: [...blocked.flatMap(allowancesFor), ...broken.map(allowanceForPolicy)],
    others: changes.map(({ key }) => key).filter((key) => !concerned.has(key)),
  }
}

/** The narrowest allowances that lift a guard: flow by flow, if the guard is about flows. */
export function allowancesFor({ guard, keys }: Pick<GuardResult, 'guard' | 'keys'>): string[] {
  return keys.length === 0 ? [guard] : keys.map((key) => `${guard}=${key}`)
}

function allowanceForPolicy({ policy, key }: PolicyResult): string {
  return allowanceText({ guard: 'policy', policy, key })
}
