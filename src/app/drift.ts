import { leftByFlow } from '../edit/drift-left.js'
import type { FlowKey } from '../model/flow.js'
import type { FlowProbe } from '../model/resources.js'
import { someAtOnce } from '../model/some-at-once.js'
import { attribute, type DriftedFlow, type DriftReport, driftOf, type Left } from '../plan/drift.js'
import { locate } from '../plan/locate.js'
import { type PlanOptions, plan } from '../plan/plan.js'
import type { RemoteReader } from '../remote/remote.js'
import { versionsSinceDeployment } from '../remote/versions.js'
import { suggest } from '../text/nearest.js'
import { badUsage } from './failure.js'
import { placesOf } from './plan.js'
import type { Definitions } from './project/definitions.js'
import { checkedDefinitions } from './project/sources.js'
import { checkReach } from './reach.js'
import { type Reporter, reading, type Site, stateOf, writing } from './site.js'

/** How many flows are fetched at once: enough to hide latency, too few to be a burden. */
const AT_ONCE = 6

/** What was edited outside git in a site: for all flows, or for the named ones. */
export async function driftOfProject(site: Site, keys: readonly FlowKey[] = []): Promise<DriftReport> {
  const { project, target } = site
  const definitions = checkedDefinitions(project, target.name)
  const about = { project: project.config.project, environment: target.name }
  const asked = keys.length === 0 ? undefined : keys
  const report = await reading(site, (reader) =>
    driftFlows(definitions, reader, { ...about, asked, reporter: site.reporter }),
  )
  checkKeys(keys, [...definitions.desired(target.name), ...report.flows])
  const isWanted = ({ key }: { readonly key: FlowKey }) => keys.length === 0 || keys.includes(key)
  const bound = report.bound?.filter(isWanted)
  const edits = report.edits?.filter(isWanted)
  return { ...report, flows: report.flows.filter(isWanted), ...(bound && { bound }), ...(edits && { edits }) }
}

/** The flows of a site that are bound to a flow at Stripe: all that are deployed, or the named ones. */
export async function boundOfSite(site: Site, keys: readonly FlowKey[] = []): Promise<readonly FlowKey[]> {
  const { project } = site.project.config
  const { flows } = await stateOf(site)
  return flows
    .filter((flow) => flow.project === project && flow.status === 'active' && flow.config.stripe_flow !== undefined)
    .map(({ key }) => key)
    .filter((key) => keys.length === 0 || keys.includes(key))
}

/** Looks at the flows at Stripe, one after the other: each costs a session there, which is canceled at once. */
export function probeFlows(site: Site, keys: readonly FlowKey[]): Promise<readonly FlowProbe[]> {
  return writing(site, async (writer) => {
    const probes: FlowProbe[] = []
    for (const key of keys) probes.push(await writer.probeFlow(key))
    return probes
  })
}

/** An unknown key must fail: it would look like a flow without drift. */
function checkKeys(keys: readonly FlowKey[], known: readonly { readonly key: FlowKey }[]): void {
  const names = [...new Set(known.map(({ key }) => key))]
  const unknown = keys.find((key) => !names.includes(key))
  if (unknown === undefined) return
  const hint = suggest(unknown, names, 'there are')
  throw badUsage(`there is neither a definition nor a drifted flow "${unknown}"`, hint)
}

interface DriftOptions extends PlanOptions {
  /** The flows that have to be within reach of the API key; all by default. */
  readonly asked?: readonly FlowKey[] | undefined
  readonly reporter?: Pick<Reporter, 'note'>
}

/**
 * What was edited outside git, by whom and when. It is a view of the plan, plus the latest versions of the flows that
 * drifted. The reader cannot write.
 */
export async function driftFlows(
  definitions: Definitions,
  reader: RemoteReader,
  options: DriftOptions,
  isWanted: (flow: DriftedFlow) => boolean = () => true,
): Promise<DriftReport> {
  const { project, environment } = options
  const state = await reader.state(project)
  const desired = definitions.desired(environment)
  checkReach(state, desired, options.asked, options.reporter)
  const made = locate(plan(desired, state, options), placesOf(definitions))
  const candidates = driftOf(made, state, desired).filter(isWanted)
  const flows = await attributed(candidates, reader, project)
  const left = flows.length === 0 ? new Map<string, Left>() : leftByFlow(desired, state, options)
  return {
    project,
    environment,
    livemode: state.livemode,
    managed: state.flows.filter((flow) => flow.project === project && flow.status === 'active').length,
    flows: flows.map((flow) => ({ ...flow, left: left.get(flow.id) ?? null })),
    ...(made.bound && { bound: made.bound }),
    ...(state.edits && { edits: state.edits }),
  }
}

/** The same, with who edited what. Leaves out flows that never belonged to the project. */
export async function attributed<Flow extends DriftedFlow>(
  candidates: readonly Flow[],
  reader: RemoteReader,
  project: string,
): Promise<Flow[]> {
  const flows = await someAtOnce(candidates, AT_ONCE, async (drifted) => {
    const found = attribute(drifted, await versionsSinceDeployment(reader, drifted.id), project)
    return found && { ...drifted, ...found }
  })
  return flows.filter((flow) => flow !== null)
}
