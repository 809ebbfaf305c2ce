import type { FlowKey } from '../model/flow.js'
import { type Plan, sealed } from '../model/plan.js'
import { type Allowance, allowanceText } from '../plan/allowance.js'
import type { Remote } from '../remote/remote.js'
import { type PlanMemory, planFlows } from './plan.js'
import { planMemory } from './plan-memory.js'
import { projectCommit } from './project/commit.js'
import { checkedSources } from './project/sources.js'
import { readingFrom, type Site } from './site.js'

export interface PlanRequest {
  /** Guards lifted by name for this run. */
  readonly allow?: readonly Allowance[]
  /** Keys of flows: the plan is limited to them. */
  readonly only?: readonly FlowKey[]
  /** Whether the plan records which commit the definitions come from. */
  readonly withCommit?: boolean
  /** Whether the plan will be reviewed and applied later: it then records what decides whether it may be. */
  readonly toReview?: boolean
}

export interface Planned {
  readonly remote: Remote
  readonly plan: Plan
  /** Keys of the definitions and names of the policies. Any other name on the command line is a typo. */
  readonly defined: readonly FlowKey[]
  readonly policies: readonly string[]
  /** Paths of the bases that the definitions extend. */
  readonly bases: readonly string[]
  /** What the next plan may know of this one; none for a plan that is reviewed first, or of some flows. */
  readonly memory?: PlanMemory | undefined
}

/** The plan of an environment, made with a reader. Throws InvalidDefinitions before it reads the state. */
export async function planProject(site: Site, request: PlanRequest = {}): Promise<Planned> {
  const { project, target } = site
  const { allow = [], only = [], withCommit = false, toReview = false } = request
  const { definitions, policies } = await checkedSources(project, target.name)
  const remote = await site.connect(project, target)
  const options = {
    project: project.config.project,
    environment: target.name,
    guards: target.settings.guards ?? {},
    approvals: target.settings.approvals,
    allow,
    policies,
    only: only.length > 0 ? only : undefined,
    address: toReview ? remote.address : undefined,
    reporter: site.reporter,
  }
  // The memory holds only plans of every flow, and such a plan names no store.
  const memory = toReview || only.length > 0 ? undefined : planMemory(site, { definitions, policies, remote, allow })
  const bare = await readingFrom(remote, (reader) => planFlows(definitions, reader, options, memory))
  const plan =
    toReview || withCommit ? { ...bare, source: await projectCommit(project, site, definitions.bases) } : bare
  return {
    remote,
    plan: toReview ? sealed(plan, allow.map(allowanceText)) : plan,
    defined: definitions.keys,
    policies: policies.names,
    bases: definitions.bases,
    memory,
  }
}
