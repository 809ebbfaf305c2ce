import { canonicalJson, compareText } from '../../../model/canonical.js'
import type { FlowVersion } from '../../../model/resources.js'
import type { DesiredFlow, ObservedFlow, ObservedState } from '../../../model/state.js'
import { attribute, type DriftedFlow, driftOf } from '../../../plan/drift.js'
import { plan } from '../../../plan/plan.js'
import type { FlowRecord } from '../../../store/flows.js'
import type { ReadCall } from '../calls/call.js'
import { lastDays } from '../figures/last-days.js'
import { toObserved } from './flow-state.js'
import { listFlowVersions } from './flow-versions.js'

/** The most flows that are looked at: whoever has more of them needs a command, not a page. */
const MOST_DRIFTED = 200

/** Versions of a flow that are looked at for who edited what. */
const MOST_EDITS = 100

/** A flow that is other than its last deployment left it. */
export interface Drifted extends DriftedFlow {
  readonly project: string
  readonly flow: FlowRecord
}

/**
 * What was edited outside git since the last deployment of each project, by whom and when. The planner's own comparison
 * says it, as `flows drift` does; what the last deployment wrote stands in for the definitions, which are not here.
 * `isWhole` is false if there are more flows than are looked at.
 */
export async function driftedFlows(
  call: ReadCall,
): Promise<{ readonly flows: readonly Drifted[]; readonly isWhole: boolean }> {
  const { tx, livemode } = call
  const found = await tx.flows.drifted(livemode, MOST_DRIFTED + 1)
  const flows = found.slice(0, MOST_DRIFTED)
  // Another flow may hold a key that one of these was deployed under.
  const keys = flows.map(({ applied_key }) => applied_key).filter((key) => key !== null)
  const around = (await tx.flows.byIdsOrKeys(livemode, [], keys)).filter(({ id }) =>
    flows.every((one) => one.id !== id),
  )
  const state = await stateOf(call, [...flows, ...around])
  const projects = await projectsOf(call, flows)
  const drifted: Drifted[] = []
  for (const project of [...new Set(projects.values())].toSorted(compareText)) {
    drifted.push(...(await driftOfProject(call, project, state, flows, projects)))
  }
  return { flows: drifted, isWhole: found.length <= MOST_DRIFTED }
}

/** Whether a flow that a deployment wrote is other than that left it: edited, or taken out of its project. */
export function isDrifted({ project, applied, applied_key, applied_status, ...now }: FlowRecord): boolean {
  if (project === null || applied === null) return applied !== null
  const isSame = canonicalJson(applied) === canonicalJson(now.config)
  return !isSame || applied_key !== now.key || applied_status !== now.status
}

async function driftOfProject(
  call: ReadCall,
  project: string,
  state: ObservedState,
  flows: readonly FlowRecord[],
  projects: ReadonlyMap<string, string>,
): Promise<Drifted[]> {
  const own = flows.filter(({ id }) => projects.get(id) === project)
  const desired = state.flows
    .filter((flow) => flow.project === project || projects.get(flow.id) === project)
    .flatMap(asDeployed)
  const made = plan(desired, state, { project, environment: project })
  const byId = new Map(own.map((flow) => [flow.id, flow]))
  const found: Drifted[] = []
  for (const one of driftOf(made, state, desired)) {
    const flow = byId.get(one.id)
    if (flow === undefined) continue
    const versions = await versionsSinceDeployment(call, flow)
    const drifted = attribute(one, versions, project)
    if (drifted !== null) found.push({ ...drifted, project, flow })
  }
  return found
}

/** What git said when the flow was deployed last; nothing for one that was deployed as archived, or never. */
function asDeployed({ applied, applied_key: key, applied_status }: ObservedFlow): DesiredFlow[] {
  if (applied === null || key === null || applied_status !== 'active') return []
  return [{ key, renamedFrom: null, config: applied, file: `flows/${key}.yaml` }]
}

/** The project that each flow drifted from. Of one that was taken out of its project, the last deployment says it. */
async function projectsOf(call: ReadCall, flows: readonly FlowRecord[]): Promise<ReadonlyMap<string, string>> {
  const projects = new Map<string, string>()
  for (const flow of flows) {
    const project = flow.project ?? (await versionsSinceDeployment(call, flow)).at(-1)?.project ?? null
    if (project !== null) projects.set(flow.id, project)
  }
  return projects
}

/** From the newest version back to the last one that a deployment made, including that one. */
async function versionsSinceDeployment(call: ReadCall, { id }: FlowRecord): Promise<readonly FlowVersion[]> {
  const { data } = await listFlowVersions(call, id, { limit: MOST_EDITS })
  const last = data.findIndex(({ deployment }) => deployment !== null)
  return last < 0 ? data : data.slice(0, last + 1)
}

async function stateOf(call: ReadCall, flows: readonly FlowRecord[]): Promise<ObservedState> {
  const { tx, livemode, now } = call
  const ids = flows.map(({ id }) => id)
  const counts = await tx.sessionCounts.ofFlows(livemode, ids, lastDays(now))
  const observed = flows.map((flow) => toObserved(call, flow, counts.get(flow.id)?.sessions ?? 0))
  return { livemode, store: null, last_deployment: null, flows: observed.toSorted((a, b) => compareText(a.key, b.key)) }
}
