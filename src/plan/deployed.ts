import type { DeployedChange } from '../model/deployment.js'
import { type Change, type Plan, planDigest } from '../model/plan.js'
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

/**
 * The plan of the same definitions once this one is applied by a deployment, and nothing else was written: an empty one.
 * Null where a word of it depends on more than the plan: what policies say about flows as they are, and what sessions
 * show of flows at Stripe. For a plan of every flow, without conflicts.
 */
export function settled(plan: Plan, deployment: string): Plan | null {
  if (plan.policies !== undefined || plan.bound !== undefined || plan.conflicts.length > 0) return null
  const { format, format_version, project, environment, livemode, unmanaged, summary } = plan
  const base = { last_deployment: deployment }
  const { archive: _, ...kept } = summary
  const noop = Object.values(kept).reduce((all, some) => all + some, 0)
  return {
    format,
    format_version,
    project,
    environment,
    livemode,
    digest: planDigest({ project, livemode, base, changes: [] }),
    base,
    changes: [],
    unmanaged,
    conflicts: [],
    guards: [],
    summary: { create: 0, update: 0, rename: 0, adopt: 0, restore: 0, archive: 0, noop },
  }
}
