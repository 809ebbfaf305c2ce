import type { Plan } from '../model/plan.js'
import { isBlocked } from './guard.js'

/** Why a plan must not be applied, with one message per reason. */
export interface Refusal {
  readonly reason: 'conflict' | 'blocked'
  readonly messages: readonly string[]
}

/** null for a plan that may be applied. A conflict comes before a guard: no allowance lifts it. */
export function refusalOf({ conflicts, guards }: Pick<Plan, 'conflicts' | 'guards'>): Refusal | null {
  if (conflicts.length > 0) {
    return { reason: 'conflict', messages: conflicts.map(({ file, message }) => `${file}: ${message}`) }
  }
  if (!isBlocked(guards)) return null
  const blocked = guards.filter(({ status }) => status === 'blocked')
  return { reason: 'blocked', messages: blocked.map(({ guard, message }) => `${guard}: ${message}`) }
}
