import type { DeployedChange } from '../model/deployment.js'
import type { Change } from '../model/plan.js'
import { assess } from './assurance.js'
import { diff } from './diff.js'

/** What a deployment did to one flow, as a change of a plan. A deployment records no sessions and no lines. */
export function asChange(change: DeployedChange): Change {
  const { action, key, previous_key, id, base_version, before, diff_digest } = change
  const after = action === 'archive' ? null : change.after
  const wasActive = before !== null && action !== 'restore'
  return {
    action,
    key,
    previous_key,
    id,
    source: null,
    base_version,
    before,
    after,
    fields: [...statusField(action), ...(after === null ? [] : diff(before, after))],
    diff_digest,
    assurance: assess({ action, before, after, wasActive, previousKey: previous_key, sessions: 0 }),
    drift: null,
    sessions_last_30_days: 0,
  }
}

function statusField(action: Change['action']): Change['fields'] {
  if (action !== 'archive' && action !== 'restore') return []
  const [before, after] = action === 'archive' ? ['active', 'archived'] : ['archived', 'active']
  return [{ path: '/status', before: before ?? null, after: after ?? null, line: null, origin: 'config' }]
}
