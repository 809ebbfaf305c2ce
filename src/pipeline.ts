import type { Definitions } from './definitions.js'
import type { Plan } from './model/plan.js'
import { isEmpty } from './model/plan.js'
import { locate } from './plan/locate.js'
import { type PlanOptions, plan } from './plan/plan.js'
import type { RemoteReader } from './remote/remote.js'

/** The last empty plan of these very definitions, with the tag of the state it was made from. */
export interface PlanMemory {
  recall(): { readonly etag: string; readonly plan: Plan } | null
  remember(etag: string, plan: Plan): void
}

/**
 * Plans checked definitions against a service. The reader cannot write. Where definitions and state are those of a
 * remembered empty plan, the answer is that plan: the planner is pure, so nothing else could come out.
 */
export async function planFlows(
  definitions: Definitions,
  reader: RemoteReader,
  options: PlanOptions,
  memory?: PlanMemory,
): Promise<Plan> {
  const remembered = memory?.recall() ?? null
  const observation = await reader.observe(options.project, remembered?.etag)
  if (observation.status === 'not_modified') {
    if (remembered) return remembered.plan
    throw new Error('the service answered "not modified" to an unconditional request')
  }
  const bare = plan(definitions.desired(options.environment), observation.state, options)
  if (isEmpty(bare) && bare.conflicts.length === 0) memory?.remember(observation.etag, bare)
  return locate(bare, {
    lineOf: (file, environment, path) => definitions.locate(file, environment, path)?.line ?? null,
    bodyLine: (file) => definitions.bodyLine(file),
  })
}
