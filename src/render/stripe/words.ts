import type { AccountFlow, WatchReport } from '../../stripe/account-flows.js'
import { plural } from '../../text/text.js'

export const WATCH_WORDS: Readonly<Record<AccountFlow['status'], string>> = {
  in_sync: 'in sync',
  drifted: 'drifted',
  not_observed: 'not observed',
  not_in_git: 'not in git',
}

/** "3 flows: 1 drifted, 2 in sync." */
export function watchCounts({ flows }: Pick<WatchReport, 'flows'>): string {
  if (flows.length === 0) return 'No session was made from a flow.'
  const counts = (['drifted', 'not_in_git', 'not_observed', 'in_sync'] as const)
    .map((status) => [status, flows.filter((flow) => flow.status === status).length] as const)
    .filter(([, count]) => count > 0)
    .map(([status, count]) => `${count} ${WATCH_WORDS[status]}`)
  return `${plural(flows.length, 'flow')}: ${counts.join(', ')}.`
}
