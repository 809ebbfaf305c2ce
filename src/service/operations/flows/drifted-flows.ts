import { leftByFlow } from '../../../edit/drift-left.js'
import { canonicalJson, compareText } from '../../../model/canonical.js'
import type { FlowVersion } from '../../../model/resources.js'
import type { DesiredFlow, ObservedFlow, ObservedState } from '../../../model/state.js'
import { attribute, type DriftedFlow, driftOf, type Left } from '../../../plan/drift.js'
import { plan } from '../../../plan/plan.js'
import type { FlowRecord } from '../../../store/flows.js'
import type { ReadCall } from '../calls/call.js'
import { lastDays } from '../figures/last-days.js'
import { toObserved } from './flow-state.js'
import { listFlowVersions } from './flow-versions.js'

/** The most flows that are looked at: whoever has more of them needs a command, not a page. */
const MOST_DRIFTED = 200

/** The newest versions of a flow that are looked at for who edited what. */
const MOST_EDITS = 100

/** A flow that is other than its last deployment left it. */
export interface Drifted extends DriftedFlow {
  readonly project: string
  readonly flow: FlowRecord
  /** Why `flows pull` leaves some or all of it alone; null if it writes everything. */
  readonly left: Left | null
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

/** Which of some flows are other than the last deployment left them, by id: without reading what differs. */
export async function driftedAmong(
  { tx, livemode }: ReadCall,
  flows: readonly FlowRecord[],
): Promise<ReadonlySet<string>> {
  const made = flows.filter(isUndeployed).map(({ project }) => project)
  const deployed = new Set<string>()
  for (const project of new Set(made)) {
    // Terraform's flows have a project that never deploys.
    if (project !== null && (await tx.deployments.last(livemode, project)) !== null) deployed.add(project)
  }
  const isMade = (flow: FlowRecord) => isUndeployed(flow) && deployed.has(flow.project ?? '')
  return new Set(flows.filter((flow) => isMade(flow) || isEdited(flow)).map(({ id }) => id))
}

/** Whether a project has the flow, and no deployment wrote it. */
function isUndeployed({ project, applied, status }: FlowRecord): boolean {
  return project !== null && applied === null && status === 'active'
}

/** Whether a flow that a deployment wrote is other than that left it: edited, or taken out of its project. */
function isEdited({ project, applied, applied_key, applied_status, ...now }: FlowRecord): boolean {
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
  const about = { project, environment: project }
  const made = plan(desired, state, about)
  const left = leftByFlow(desired, state, about)
  const byId = new Map(own.map((flow) => [flow.id, flow]))
  const found: Drifted[] = []
  for (const one of driftOf(made, state, desired)) {
    const flow = byId.get(one.id)
    if (flow === undefined) continue
    const versions = await versionsSinceDeployment(call, flow)
    const drifted = attribute(one, versions, project)
    if (drifted !== null) found.push({ ...drifted, left: left.get(one.id) ?? null, project, flow })
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
    const project = flow.project ?? (await call.tx.flows.lastDeployed(flow.id))?.project ?? null
    if (project !== null) projects.set(flow.id, project)
  }
  return projects
}

/**
 * From the newest version back to the last one that a deployment made, including that one. Of more edits than are
 * looked at, those before are left out.
 */
async function versionsSinceDeployment(call: ReadCall, { id, version }: FlowRecord): Promise<readonly FlowVersion[]> {
  const last = (await call.tx.flows.lastDeployed(id))?.version ?? 0
  const { data } = await listFlowVersions(call, id, { limit: Math.min(MOST_EDITS, version - last + 1) })
  if (last === 0 || data.some((one) => one.version === last)) return data
  const rest = await listFlowVersions(call, id, { limit: 1, starting_after: `${id}:${last + 1}` })
  return [...data, ...rest.data]
}

async function stateOf(call: ReadCall, flows: readonly FlowRecord[]): Promise<ObservedState> {
  const { tx, livemode, now } = call
  const ids = flows.map(({ id }) => id)
  const counts = await tx.sessionCounts.ofFlows(livemode, ids, lastDays(now))
  const observed = flows.map((flow) => toObserved(call, flow, counts.get(flow.id)?.sessions ?? 0))
  return { livemode, store: null, last_deployment: null, flows: observed.toSorted((a, b) => compareText(a.key, b.key)) }
}
