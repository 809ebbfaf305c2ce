import type { Deployment } from '../model/deployment.js'
import type { Plan } from '../model/plan.js'
import { type FieldPlace, locate, type Places } from '../plan/locate.js'
import { type PlanOptions, plan } from '../plan/plan.js'
import type { RemoteReader } from '../remote/remote.js'
import type { Definitions } from './project/definitions.js'
import type { Policies } from './project/policies.js'
import { checkReach } from './reach.js'
import type { Reporter } from './site.js'

/** The last empty plan of exactly these definitions and policies, with the tag of the state it was made from. */
export interface PlanMemory {
  recall(): { readonly etag: string; readonly plan: Plan } | null
  /**
   * This plan, which has no conflicts, was made of a whole state: of its tag, and the store that it was read from, null if
   * there was none yet. Remembers the plan if it is empty.
   */
  made(plan: Plan, of: { readonly etag: string; readonly store: string | null }): void
  /**
   * The plan that was made is applied by a deployment, which changed the state from one tag to another. Remembers the
   * plan that this leaves, unless something else was written since the plan was made.
   */
  applied(deployment: string, states: NonNullable<Deployment['flow_state']>): void
}

/**
 * Plans checked definitions against a service. The reader cannot write. If definitions and state are those of a
 * remembered empty plan, the answer is that plan: planner and policies are pure, so nothing else could result. The tag
 * of a state ignores how much its flows are used. So nothing is remembered if a policy reads usage.
 */
export async function planFlows(
  definitions: Definitions,
  reader: RemoteReader,
  options: PlanOptions & { readonly policies?: Policies; readonly reporter?: Pick<Reporter, 'note'> },
  kept?: PlanMemory,
): Promise<Plan> {
  const memory = options.policies?.readUsage ? undefined : kept
  const remembered = memory?.recall() ?? null
  // What the definitions say is gathered first where it is needed anyway: what that takes is free again before flows are read.
  const desired = remembered === null ? definitions.desired(options.environment) : undefined
  const held = desired && new Map(desired.map(({ key, config }) => [key, config]))
  const observation = await reader.observe(options.project, remembered?.etag, held)
  if (observation.status === 'not_modified') {
    if (remembered) return remembered.plan
    throw new Error('"not modified" was answered to an unconditional request')
  }
  const { state } = observation
  const wanted = desired ?? definitions.desired(options.environment)
  checkReach(state, wanted, options.only, options.reporter)
  const places = placesOf(definitions)
  const located = locate(plan(wanted, state, options), places)
  const about = { desired: wanted, observed: state, allow: options.allow ?? [], places }
  const made = options.policies === undefined ? located : await options.policies.judge(located, about)
  // A state that is not whole is looked at anew: it takes a word about what else there may be.
  const isWhole = state.bound_to === undefined
  if (isWhole && made.conflicts.length === 0) memory?.made(made, { etag: observation.etag, store: state.store })
  return made
}

/** Where the definitions say things. */
export function placesOf(definitions: Definitions): Places {
  return {
    placeOf: (file, environment, path) => fieldPlace(definitions.locate(file, environment, path)),
    bodyLine: (file) => definitions.bodyLine(file),
  }
}

/** A place as plans tell it. */
export function fieldPlace(place: ReturnType<Definitions['locate']>): FieldPlace | null {
  if (place === null) return null
  const { file, line, variable } = place
  if (variable === undefined) return { file, line }
  return { file, line, variable: { name: variable.name, file: variable.at.file, line: variable.at.line } }
}
