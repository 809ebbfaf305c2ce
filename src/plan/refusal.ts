import type { GuardResult, Plan, PolicyResult } from '../model/plan.js'
import { allowanceText } from './allowance.js'
import { enumerate, isBlocked } from './guard.js'

/** Why a plan must not be applied, with one message per reason. */
export interface Refusal {
  readonly reason: 'conflict' | 'blocked' | 'too_large'
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
    const messages = conflicts.map(({ file, line, message }) => `${file}${line ? `:${line}` : ''}: ${message}`)
    return { reason: 'conflict', messages, allowances: [], others: [] }
  }
  if (!isBlocked([...guards, ...policies])) return null
  const blocked = guards.filter(({ status }) => status === 'blocked')
  const broken = policies.filter(({ status }) => status === 'blocked')
  const concerned = new Set([...blocked.flatMap(({ keys }) => keys), ...broken.map(({ key }) => key)])
  const isTooLarge = blocked.some(({ guard }) => guard === 'deployment_size')
  return {
    reason: isTooLarge ? 'too_large' : 'blocked',
    messages: [
      ...blocked.map(({ guard, message }) => `${guard}: ${message}`),
      ...policyGroups(broken).map(({ policy, message, flows }) => {
        return `policy ${policy}: ${message}: ${enumerate(flows.map(({ key }) => key))}`
      }),
    ],
    allowances: isTooLarge ? [] : [...blocked.flatMap(allowancesFor), ...broken.map(allowanceForPolicy)],
    others: isTooLarge ? [] : changes.map(({ key }) => key).filter((key) => !concerned.has(key)),
  }
}

/** The narrowest allowances that lift a guard: flow by flow, if the guard is about flows. None if nothing lifts it. */
export function allowancesFor({ guard, keys }: Pick<GuardResult, 'guard' | 'keys'>): string[] {
  if (guard === 'deployment_size') return []
  return keys.length === 0 ? [guard] : keys.map((key) => `${guard}=${key}`)
}

function allowanceForPolicy({ policy, key }: PolicyResult): string {
  return allowanceText({ guard: 'policy', policy, key })
}

/** Who approved a commit, as the forge names them. */
export interface ApprovedCommit {
  readonly commit: string
  /** Each person once, in order of their names; without whoever opened the pull request. */
  readonly people: readonly string[]
}

/** Whether anybody must approve before a plan is applied. */
export function needsApprovals({ guards }: Pick<Plan, 'guards'>): boolean {
  return guards.some(({ approvals }) => approvals !== undefined)
}

/** null if enough people approved the commit for every guard that asks for it. */
export function approvalRefusal(
  { guards, changes }: Pick<Plan, 'guards' | 'changes'>,
  { commit, people }: ApprovedCommit,
): Refusal | null {
  const open = guards.filter(({ approvals = 0 }) => approvals > people.length)
  if (open.length === 0) return null
  const concerned = new Set(open.flatMap(({ keys }) => keys))
  const isAll = open.some(({ keys }) => keys.length === 0)
  return {
    reason: 'blocked',
    messages: open.map((one) => `${one.guard}: ${missing(one, commit, people)}`),
    // Only people lift it.
    allowances: [],
    others: isAll ? [] : changes.map(({ key }) => key).filter((key) => !concerned.has(key)),
  }
}

function missing({ message, approvals = 0 }: GuardResult, commit: string, people: readonly string[]): string {
  const found = people.length === 0 ? 'nobody has' : `${people.length} of ${approvals} did (${enumerate(people)})`
  return `${message} (${commit.slice(0, 12)}): ${found}`
}

/** The results that say the same about several flows. */
export type PolicyGroup = Pick<PolicyResult, 'policy' | 'status' | 'message'> & {
  readonly flows: readonly PolicyResult[]
}

/** Groups results by policy, status and message. Blocking groups come first; otherwise the order is kept. */
export function policyGroups(results: readonly PolicyResult[]): PolicyGroup[] {
  const groups = new Map<string, PolicyResult[]>()
  for (const result of results) {
    const { policy, status, message } = result
    const name = JSON.stringify([policy, status, message])
    const group = groups.get(name)
    if (group === undefined) groups.set(name, [result])
    else group.push(result)
  }
  return [...groups.values()]
    .flatMap((flows) => flows.slice(0, 1).map(({ policy, status, message }) => ({ policy, status, message, flows })))
    .toSorted((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status))
}

const ORDER: readonly PolicyResult['status'][] = ['blocked', 'warned', 'lifted']
