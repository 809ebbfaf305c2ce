import type { Definitions } from './definitions.js'
import type { Plan } from './model/plan.js'
import { isEmpty } from './model/plan.js'
import { attribute, type DriftedFlow, driftOf } from './plan/drift.js'
import { locate, type Places } from './plan/locate.js'
import { type PlanOptions, plan } from './plan/plan.js'
import type { Policies } from './policies.js'
import type { RemoteReader } from './remote/remote.js'
import { someAtOnce, versionsSinceDeployment } from './remote/versions.js'

/** The last empty plan of these very definitions and policies, with the tag of the state it was made from. */
export interface PlanMemory {
  recall(): { readonly etag: string; readonly plan: Plan } | null
  remember(etag: string, plan: Plan): void
}

/**
 * Plans checked definitions against a service. The reader cannot write. Where definitions and state are those of a
 * remembered empty plan, the answer is that plan: planner and policies are pure, so nothing else could come out.
 */
export async function planFlows(
  definitions: Definitions,
  reader: RemoteReader,
  options: PlanOptions & { readonly policies?: Policies },
  memory?: PlanMemory,
): Promise<Plan> {
  const remembered = memory?.recall() ?? null
  const observation = await reader.observe(options.project, remembered?.etag)
  if (observation.status === 'not_modified') {
    if (remembered) return remembered.plan
    throw new Error('the service answered "not modified" to an unconditional request')
  }
  const desired = definitions.desired(options.environment)
  const places = placesOf(definitions)
  const located = locate(plan(desired, observation.state, options), places)
  const about = { desired, observed: observation.state, allow: options.allow ?? [], places }
  const made = options.policies === undefined ? located : await options.policies.judge(located, about)
  if (isEmpty(made) && made.conflicts.length === 0) memory?.remember(observation.etag, made)
  return made
}

/** How many flows are asked for at once: enough to hide the way, too few to be a burden. */
const AT_ONCE = 6

export interface Drift {
  readonly livemode: boolean
  /** Active flows that the project manages. */
  readonly managed: number
  readonly flows: readonly DriftedFlow[]
}

/**
 * What was edited outside git, by whom and when: a view of the plan, and for the flows that drifted, and no others, a
 * look at their latest versions. The reader cannot write.
 */
export async function driftFlows(
  definitions: Definitions,
  reader: RemoteReader,
  options: PlanOptions,
  isWanted: (flow: DriftedFlow) => boolean = () => true,
): Promise<Drift> {
  const { project, environment } = options
  const observation = await reader.observe(project)
  if (observation.status !== 'modified') throw new Error('the service answered "not modified" to who knew nothing')
  const { state } = observation
  const made = locate(plan(definitions.desired(environment), state, options), placesOf(definitions))
  const candidates = driftOf(made, state).filter(isWanted)
  const flows = await someAtOnce(candidates, AT_ONCE, async (drifted) => {
    return attribute(drifted, await versionsSinceDeployment(reader, drifted.id), project)
  })
  return {
    livemode: state.livemode,
    managed: state.flows.filter((flow) => flow.project === project && flow.status === 'active').length,
    flows: flows.filter((flow) => flow !== null),
  }
}

function placesOf(definitions: Definitions): Places {
  return {
    lineOf: (file, environment, path) => definitions.locate(file, environment, path)?.line ?? null,
    bodyLine: (file) => definitions.bodyLine(file),
  }
}
