import type { Plan } from '../../model/plan.js'
import { plural, printable } from '../../text/text.js'

/** Where the definitions of a plan came from; null if the plan does not record it. */
export function sourceText({ source }: Pick<Plan, 'source'>): string | null {
  if (source === undefined) return null
  if (source === null) return 'Definitions of no known commit'
  const { commit, branch, pull_request: pull, dirty } = source
  const parts = [
    `commit ${commit.slice(0, 12)}${branch === null ? '' : ` on ${printable(branch)}`}`,
    ...(pull === undefined ? [] : [`pull request ${pull}`]),
    ...(dirty ? ['with changes that are not committed'] : []),
    ...(dirty === null ? ['whether all of it is committed is not known'] : []),
  ]
  return `Definitions of ${parts.join(', ')}`
}

/** How many changes --only left out; null without --only. */
export function leftOutText({ only, left_out: count }: Pick<Plan, 'only' | 'left_out'>): string | null {
  if (only === undefined) return null
  const named = only.slice(0, 5).join(', ') + (only.length > 5 ? ` and ${only.length - 5} more` : '')
  return `Only ${named}: ${count === 0 ? 'no other changes' : `${plural(count ?? 0, 'other change')} left out`}.`
}
