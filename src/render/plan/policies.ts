import type { Plan } from '../../model/plan.js'
import { type PolicyGroup, policyGroups } from '../../plan/refusal.js'
import { plural } from '../../text/text.js'

/** What one policy says about several flows: as many as fit, with their places; null if a definition is gone. */
export interface PolicyLines extends Omit<PolicyGroup, 'flows'> {
  readonly flows: readonly { readonly key: string; readonly place: string | null; readonly isUnchanged: boolean }[]
  /** "and 3 more flows", or nothing. */
  readonly rest: string | null
  /** What lifts it for one run; null if nothing is blocked. */
  readonly allow: string | null
}

/** Long lists are cut, lists of policies too: a plan's JSON has everything. */
const MOST_FLOWS = 5

export function policyLines({ policies = [] }: Plan): PolicyLines[] {
  return policyGroups(policies).map(({ policy, status, message, flows }) => {
    const [first] = flows
    const left = flows.length - MOST_FLOWS
    const isOne = flows.length === 1 && first !== undefined
    return {
      policy,
      status,
      message,
      flows: flows.slice(0, MOST_FLOWS).map(({ key, file, line, action }) => ({
        key,
        place: file === null ? null : `${file}:${line}`,
        isUnchanged: action === 'noop',
      })),
      rest: left > 0 ? `and ${plural(left, 'more flow')}` : null,
      allow: status === 'blocked' ? `--allow policy=${policy}${isOne ? `:${first.key}` : ''}` : null,
    }
  })
}
