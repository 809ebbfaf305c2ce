import type { FlowKey } from '../model/flow.js'
import type { GuardResult, Plan, PolicyResult } from '../model/plan.js'
import type { TestCase, TestThen } from '../model/schema-types.js'
import type { Difference } from './result.js'
import { short } from './short.js'

type Expected = NonNullable<TestThen['policies']>[number]

/** What a test says about the plan of a change, and is not so. Empty if all of it is. */
export function changeDifferences({ then = {} }: TestCase, plan: Plan, key: FlowKey): Difference[] {
  const spoke = (plan.policies ?? []).filter((result) => result.key === key)
  return [
    ...(then.policies === undefined ? [] : policyDifferences(then.policies, spoke)),
    ...(then.guards === undefined ? [] : guardDifferences(then.guards, plan.guards)),
  ]
}

function policyDifferences(expected: readonly Expected[], spoke: readonly PolicyResult[]): Difference[] {
  const missing = expected.flatMap((one, index) => missingDifference(one, `/then/policies/${index}`, spoke))
  const extra = spoke.filter(({ policy }) => !expected.some((one) => one.policy === policy))
  return [
    ...missing,
    ...extra.map(({ policy, status, message }) => ({
      pointer: '/then/policies',
      message: `${policy} speaks up as well: ${message}`,
      expected: `nothing of ${policy}`,
      actual: short({ policy, status }),
    })),
  ]
}

function missingDifference(expected: Expected, pointer: string, spoke: readonly PolicyResult[]): Difference[] {
  const { policy, status, message } = expected
  const found = spoke.find((result) => result.policy === policy)
  if (found === undefined) {
    return [
      {
        pointer,
        message: `${policy} says nothing about this change`,
        expected: short({ policy, status }),
        actual: 'none',
      },
    ]
  }
  const isOther = found.status !== status
  const saysOther = message !== undefined && found.message !== message
  return [
    ...(isOther
      ? [
          {
            pointer: `${pointer}/status`,
            message:
              found.status === 'warned' ? `${policy} warns only: apply goes on` : `${policy} blocks: apply refuses`,
            expected: status,
            actual: found.status,
          },
        ]
      : []),
    ...(saysOther
      ? [
          {
            pointer: `${pointer}/message`,
            message: `${policy} says something else`,
            expected: message,
            actual: found.message,
          },
        ]
      : []),
  ]
}

function guardDifferences(expected: NonNullable<TestThen['guards']>, spoke: readonly GuardResult[]): Difference[] {
  const named = Object.entries(expected) as [GuardResult['guard'], string][]
  const differing = named.flatMap(([guard, status]): Difference[] => {
    const found = spoke.find((result) => result.guard === guard)
    if (found?.status === status) return []
    const message =
      found === undefined ? `the guard ${guard} says nothing about this change` : `the guard: ${found.message}`
    return [{ pointer: `/then/guards/${guard}`, message, expected: status, actual: found?.status ?? 'none' }]
  })
  const extra = spoke.filter(({ guard }) => guard !== 'max_change_share' && !Object.hasOwn(expected, guard))
  return [
    ...differing,
    ...extra.map(({ guard, status, message }) => ({
      pointer: '/then/guards',
      message: `the guard ${guard} speaks up as well: ${message}`,
      expected: `nothing of ${guard}`,
      actual: status,
    })),
  ]
}
