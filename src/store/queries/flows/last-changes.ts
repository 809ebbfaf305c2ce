import type { Pace } from '../rows/pace.js'
import type { Db, DeploymentsTable } from '../tables.js'

/** How many deployments one step looks at. */
const STEP = 10

/**
 * The last change of each flow in the project, up to a deployment: positions of changes by deployment. Walks back step
 * by step through the whole history.
 */
export async function lastChanges(
  db: Db,
  pace: Pace,
  { livemode, project, number }: DeploymentsTable,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const seen = new Set<string>()
  const last = new Map<string, number[]>()
  for (let upTo = number; upTo > 0; upTo -= STEP) {
    const rows = await db
      .selectFrom('deployments')
      .innerJoin('deployment_changes', 'deployment_changes.deployment', 'deployments.id')
      .select(['deployment_changes.flow', 'deployment_changes.deployment', 'deployment_changes.position'])
      .where('deployments.livemode', '=', livemode)
      .where('deployments.project', '=', project)
      .where('deployments.number', '<=', upTo)
      .where('deployments.number', '>', upTo - STEP)
      .orderBy('deployments.number', 'desc')
      .execute()
    for (const { flow, deployment, position } of rows) {
      if (seen.has(flow)) continue
      seen.add(flow)
      const positions = last.get(deployment) ?? []
      if (positions.length === 0) last.set(deployment, positions)
      positions.push(position)
    }
    if (upTo > STEP) await pace.next()
  }
  return last
}
