import type { PolicyResult } from '../model/plan.js'

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
