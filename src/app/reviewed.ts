import { ciJob } from '../ci/job.js'
import type { Deployment } from '../model/deployment.js'
import { modeFor } from '../model/mode.js'
import type { Plan, SavedPlan } from '../model/plan.js'
import { type Allowance, allowanceText, parseAllowance } from '../plan/allowance.js'
import { approvedPlaces, type Difference, differences, planApproved, withApprovedPlaces } from '../plan/approved.js'
import { needsApprovals, refusalOf } from '../plan/refusal.js'
import type { RemoteReader } from '../remote/remote.js'
import { plural } from '../text/text.js'
import { applyPlanned, type Outcome, type Steps } from './apply-project.js'
import { Failure } from './failure.js'
import { planFlows } from './plan.js'
import type { Policies } from './project/policies.js'
import type { Project } from './project/project.js'
import { checkedDefinitions, checkedPolicies } from './project/sources.js'
import { type Ports, readingFrom, type Site, targetNamed } from './site.js'

export interface ReviewedRequest {
  /** Guards lifted by name for this run, in addition to those that the plan lifts. */
  readonly allow?: readonly Allowance[]
  /** Whether the definitions here must match the plan: a forged plan cannot match definitions that were merged. */
  readonly checkDefinitions?: boolean | undefined
  /** The environment that is meant; by default the one that the plan names. */
  readonly environment?: string | undefined
}

/**
 * Applies exactly what was reviewed, once: a saved plan, made again for the flows as they are now. It needs no
 * definitions, only the configuration: the address, the key, and the present guards. Throws Failure for a plan that was
 * made for another project, environment, service or store.
 */
export async function applyReviewed(
  ports: Ports,
  project: Project,
  reviewed: SavedPlan,
  request: ReviewedRequest = {},
  steps: Steps = {},
): Promise<Outcome> {
  if (reviewed.project !== project.config.project) {
    throw other('project', `was made for project "${reviewed.project}", and this is "${project.config.project}"`)
  }
  const target = targetNamed(project, request.environment ?? reviewed.environment)
  if (reviewed.environment !== target.name) {
    throw other('environment', `was made for environment "${reviewed.environment}", not for "${target.name}"`)
  }
  const policies = await checkedPolicies(project)
  const remote = await ports.connect(project, target)
  if (reviewed.service.address !== remote.address) {
    throw other('service', `was made for ${reviewed.service.address}, but "${target.name}" is ${remote.address} by now`)
  }
  const site = { ...ports, project, target }
  const today = await readingFrom(remote, (reader) => madeAgain(site, reader, reviewed, { ...request, policies }))
  warnOfUncommitted(site, reviewed)
  if (today.status === 'differs') return { ...today, plan: reviewed, remote }
  if (today.status === 'applied_already') return { ...today, plan: reviewed, remote }
  const about = {
    source: withRun(reviewed.source ?? null, ciJob(ports.env)?.run ?? null),
    approvedDigest: reviewed.digest,
    allowed: [...new Set(today.allow.map(allowanceText))],
  }
  if (needsApprovals(today.plan) && !request.checkDefinitions) {
    throw new Failure('approvals_unknown', 'Not applied: people must have approved the commit of the definitions.', {
      hint: 'add --check-definitions, so that the plan does what this commit says',
    })
  }
  return applyPlanned(site, { plan: today.plan, remote, policies: policies.names }, steps, async () => about)
}

type Today =
  /** Today's plan does what was reviewed. */
  | { readonly status: 'same'; readonly plan: Plan; readonly allow: readonly Allowance[] }
  | { readonly status: 'differs'; readonly by: 'flows' | 'definitions'; readonly differences: readonly Difference[] }
  | { readonly status: 'applied_already'; readonly deployment: Deployment }

/** What a reviewed plan would do today. */
async function madeAgain(
  site: Site,
  reader: RemoteReader,
  reviewed: SavedPlan,
  request: ReviewedRequest & { readonly policies: Policies },
): Promise<Today> {
  const { checkDefinitions, policies, allow: given = [] } = request
  const observed = await stateOfSame(reader, reviewed)
  const before = await appliedAs(reader, reviewed)
  if (before !== null) return { status: 'applied_already', deployment: before }
  // A forged plan could lift guards. So if only merged definitions count, only this request can lift guards.
  const lifted = checkDefinitions ? [] : reviewed.allowed.map(parseAllowance).filter((one) => one !== null)
  const allow = [...lifted, ...given]
  const { guards = {}, approvals } = site.target.settings
  const bare = planApproved(reviewed, observed, { guards, approvals, allow })
  const placed = withApprovedPlaces(bare, reviewed)
  const byFlows = refusalOf(reviewed)?.reason === 'conflict' ? [] : differences(reviewed, placed)
  if (byFlows.length > 0) return { status: 'differs', by: 'flows', differences: byFlows }
  if (checkDefinitions) {
    const { named, others } = await definedToday(site, reader, reviewed)
    const byDefinitions = differences(reviewed, named)
    if (byDefinitions.length > 0) return { status: 'differs', by: 'definitions', differences: byDefinitions }
    if (others > 0) site.reporter.warn(othersText(others))
  }
  // Policies judge again only what the plan writes. The reviewed plan already judged the flows that do not change.
  const judged = await policies.judge(placed, { desired: [], observed, allow, places: approvedPlaces(reviewed) })
  const { conflicts, source, only, left_out } = reviewed
  const plan = {
    ...judged,
    conflicts,
    ...(source !== undefined && { source }),
    ...(only !== undefined && left_out !== undefined && { only, left_out }),
  }
  return { status: 'same', plan, allow }
}

/** What the definitions here would do to the plan's flows, and how many other flows they would change. */
async function definedToday(
  { project, target }: Site,
  reader: RemoteReader,
  reviewed: SavedPlan,
): Promise<{ readonly named: Plan; readonly others: number }> {
  const definitions = checkedDefinitions(project, target.name)
  const only = reviewed.changes.flatMap(({ key, previous_key: previous }) =>
    previous === null ? [key] : [key, previous],
  )
  const named = await planFlows(definitions, reader, { project: reviewed.project, environment: target.name, only })
  return { named, others: named.left_out ?? 0 }
}

function othersText(others: number): string {
  return `the definitions here also change ${plural(others, 'other flow')} that this plan leaves as they are: flows plan shows them`
}

function warnOfUncommitted({ reporter }: Site, { source }: SavedPlan): void {
  if (!source || source.dirty === false) return
  reporter.warn(
    source.dirty === null
      ? 'whether the files that this plan was made from were committed is not known'
      : 'this plan was made from files that were not committed',
  )
}

async function stateOfSame(reader: RemoteReader, reviewed: SavedPlan) {
  const state = await reader.state(reviewed.project)
  if (state.livemode !== reviewed.livemode) {
    const [then, now] = [modeFor(reviewed.livemode), modeFor(state.livemode)]
    throw other('mode', `was made for ${then} mode, and this key is of ${now} mode`)
  }
  // If the store did not exist when the plan was made, the plan may be applied to the store that exists now.
  if (reviewed.service.store !== null && reviewed.service.store !== state.store) {
    throw other('store', `was made for another store than the one that ${reviewed.service.address} has by now`)
  }
  return state
}

/** The deployment that applied this plan, in any run. Ask for it after reading the flows, so that none is missed. */
async function appliedAs(reader: RemoteReader, reviewed: SavedPlan): Promise<Deployment | null> {
  if (reviewed.changes.length === 0) return null
  const query = { project: reviewed.project, approved_digest: reviewed.digest, limit: 1 }
  const [found] = (await reader.listDeployments(query)).data
  return found === undefined ? null : reader.retrieveDeployment(found.id)
}

/** The commit is the reviewed one; the run is the one that applies. */
function withRun(source: Deployment['source'], run: string | null): Deployment['source'] {
  if (source === null) return null
  const { run: _, ...rest } = source
  return run === null ? rest : { ...rest, run }
}

/** The plan was made for something else. */
function other(what: 'project' | 'environment' | 'mode' | 'service' | 'store', message: string): Failure {
  return new Failure(`plan_of_other_${what}`, `This plan ${message}. Nothing was written.`)
}
