import { randomUUID } from 'node:crypto'
import type { Deployment } from '../model/deployment.js'
import { isEmpty, type Plan } from '../model/plan.js'
import { allowanceText } from '../plan/allowance.js'
import type { Difference } from '../plan/approved.js'
import { type ApprovedCommit, approvalRefusal, needsApprovals, type Refusal, refusalOf } from '../plan/refusal.js'
import type { Remote } from '../remote/remote.js'
import { type ApplyOptions, apply, deploymentRequest } from './apply.js'
import { Failure } from './failure.js'
import { type Planned, type PlanRequest, planProject } from './plan-project.js'
import { projectCommit } from './project/commit.js'
import type { Site } from './site.js'

/** What the caller is asked and shown during an apply. A step that throws stops it before any write. */
export interface Steps {
  /** The plan is made. It may still be refused, or be empty. */
  planned?(planned: Pick<Planned, 'plan' | 'policies'> & Partial<Planned>): void
  /** Whether somebody agrees to the plan. Without this step, the answer is yes. */
  agreed?(plan: Plan): Promise<boolean>
  /** Writing the plan starts now. */
  writing?(plan: Plan, remote: Remote): void
}

/** What became of a plan. It is written whole, or not at all. */
export type Outcome = { readonly plan: Plan; readonly remote: Remote } & (
  | { readonly status: 'nothing_to_do' }
  | { readonly status: 'applied'; readonly deployment: Deployment }
  /** The reviewed plan was applied before, by this run or another. */
  | { readonly status: 'applied_already'; readonly deployment: Deployment }
  /** Another run applied exactly the same plan first, and nobody had reviewed it. */
  | { readonly status: 'overtaken'; readonly deployment: Deployment }
  /** A guard, a policy or a conflict forbids it, or too few people approved it. */
  | { readonly status: 'refused'; readonly refusal: Refusal }
  /** Somebody was asked, and said no. */
  | { readonly status: 'declined' }
  /** It would not do what was reviewed, because flows have changed or the definitions say something else. */
  | { readonly status: 'differs'; readonly by: 'flows' | 'definitions'; readonly differences: readonly Difference[] }
)

/** Plans a site's definitions, and writes the plan as one deployment. */
export async function applyProject(
  site: Site,
  request: Pick<PlanRequest, 'allow' | 'only'> = {},
  steps: Steps = {},
): Promise<Outcome> {
  const planned = await planProject(site, request)
  return applyPlanned(site, planned, steps, async () => ({
    source: await projectCommit(site.project, site, planned.bases),
    allowed: (request.allow ?? []).map(allowanceText),
  }))
}

/** Writes a plan that was made just now, unless something is against it. `about`: what its deployment records. */
export async function applyPlanned(
  site: Site,
  planned: Pick<Planned, 'plan' | 'remote' | 'policies' | 'memory'>,
  steps: Steps,
  about: () => Promise<Omit<ApplyOptions, 'runId'>>,
): Promise<Outcome> {
  const { plan, remote } = planned
  steps.planned?.(planned)
  const refusal = refusalOf(plan)
  if (refusal !== null) return { status: 'refused', refusal, plan, remote }
  const isRecord = isEmpty(plan) && plan.accepted !== undefined
  if (isEmpty(plan) && !isRecord) return { status: 'nothing_to_do', plan, remote }
  const unapproved = needsApprovals(plan) ? approvalRefusal(plan, await approvalsHere(site)) : null
  if (unapproved !== null) return { status: 'refused', refusal: unapproved, plan, remote }
  const options = { runId: randomUUID(), ...(await about()) }
  const tooLarge = remote.tooLarge?.(deploymentRequest(plan, options))
  if (tooLarge !== undefined) throw tooLarge
  // A record changes no flow, so there is nothing to agree to.
  if (!isRecord && (await steps.agreed?.(plan)) === false) return { status: 'declined', plan, remote }
  const writer = await remote.writer()
  try {
    steps.writing?.(plan, remote)
    const { states, ...result } = await apply(plan, writer, options)
    if (result.status === 'applied' && states !== undefined) planned.memory?.applied(result.deployment.id, states)
    if (result.status !== 'applied_by_another_run') return { ...result, plan, remote }
    const status = options.approvedDigest === undefined ? 'overtaken' : 'applied_already'
    return { status, deployment: result.deployment, plan, remote }
  } finally {
    await writer.close()
  }
}

/**
 * Who approved the commit that the definitions are at. Never the commit that a plan names: a forged plan could name one
 * that others approved.
 */
async function approvalsHere(site: Site): Promise<ApprovedCommit> {
  const commit = await projectCommit(site.project, site)
  const unknown = (why: string, hint: string) => new Failure('approvals_unknown', `Not applied: ${why}.`, { hint })
  if (commit === null) {
    throw unknown('people must have approved the commit, and no commit is known here', 'apply in a checkout')
  }
  if (commit.dirty !== false) {
    throw unknown('people must have approved the commit, and the files here are not as committed', 'commit them')
  }
  if (site.approversOf === undefined) {
    throw unknown('people must have approved the commit, and nothing here can ask who did', 'apply with flows apply')
  }
  return { commit: commit.commit, people: await site.approversOf(commit.commit) }
}
