import type { Plan } from '../model/plan.js'
import { policyGroups } from '../model/policy-groups.js'
import { enumerate, isBlocked } from './guard.js'

/** Why a plan must not be applied, with one message per reason. */
export interface Refusal {
  readonly reason: 'conflict' | 'blocked'
  readonly messages: readonly string[]
}

/** null for a plan that may be applied. A conflict comes before guards and policies: no allowance lifts it. */
export function refusalOf(plan: Pick<Plan, 'conflicts' | 'guards' | 'policies'>): Refusal | null {
  const { conflicts, guards, policies = [] } = plan
  if (conflicts.length > 0) {
    return { reason: 'conflict', messages: conflicts.map(({ file, message }) => `${file}: ${message}`) }
  }
  if (!isBlocked([...guards, ...policies])) return null
  const blocked = guards.filter(({ status }) => status === 'blocked')
  const broken = policyGroups(policies).filter(({ status }) => status === 'blocked')
  return {
    reason: 'blocked',
    messages: [
      ...blocked.map(({ guard, message }) => `${guard}: ${message}`),
      ...broken.map(({ policy, message, flows }) => {
        return `policy ${policy}: ${message}: ${enumerate(flows.map(({ key }) => key))}`
      }),
    ],
  }
}
