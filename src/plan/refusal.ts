import type { GuardResult, Plan } from '../model/plan.js'
import { isBlocked } from './guard.js'

/** Why a plan must not be applied, with one message per reason. */
export interface Refusal {
  readonly reason: 'conflict' | 'blocked'
  readonly messages: readonly string[]
  /** What `--allow` would have to be given, each of it: empty where nothing lifts it. */
  readonly allowances: readonly string[]
  /** The flows that could be changed meanwhile: those that nothing is said against. */
  readonly others: readonly string[]
}

/** null for a plan that may be applied. A conflict comes before a guard: no allowance lifts it. */
export function refusalOf({
  conflicts,
  guards,
  changes,
}: Pick<Plan, 'conflicts' | 'guards' | 'changes'>): Refusal | null {
  if (conflicts.length > 0) {
    const messages = conflicts.map(({ file, message }) => `${file}: ${message}`)
    return { reason: 'conflict', messages, allowances: [], others: [] }
  }
  if (!isBlocked(guards)) return null
  const blocked = guards.filter(({ status }) => status === 'blocked')
  const concerned = new Set(blocked.flatMap(({ keys }) => keys))
  return {
    reason: 'blocked',
    messages: blocked.map(({ guard, message }) => `${guard}: ${message}`),
    allowances: blocked.flatMap(allowancesFor),
    others: changes.map(({ key }) => key).filter((key) => !concerned.has(key)),
  }
}

/** The narrowest allowances that lift a guard: flow by flow, where it is about flows. */
export function allowancesFor({ guard, keys }: Pick<GuardResult, 'guard' | 'keys'>): string[] {
  return keys.length === 0 ? [guard] : keys.map((key) => `${guard}=${key}`)
}
