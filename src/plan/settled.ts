import { type Plan, planDigest } from '../model/plan.js'

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
