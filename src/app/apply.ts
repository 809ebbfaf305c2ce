import type { Deployment, DeploymentRequest } from '../model/deployment.js'
import { type Plan, recordsOf } from '../model/plan.js'
import { type Refusal, refusalOf } from '../plan/refusal.js'
import type { RemoteWriter } from '../remote/remote.js'

export interface ApplyOptions {
  /** A name for this run, unique among runs: see `DeploymentRequest.run_id`. */
  readonly runId: string
  readonly source: DeploymentRequest['source']
  /** Guards lifted by name, recorded in the deployment. */
  readonly allowed: readonly string[]
  /** Digest of the reviewed plan, if this plan is that one, made again. It is applied once. */
  readonly approvedDigest?: string | undefined
}

export type ApplyResult =
  /** A guard or a conflict forbids it; the service was not called. */
  (
    | { readonly status: 'refused'; readonly refusal: Refusal }
    | { readonly status: 'applied'; readonly deployment: Deployment }
    /** Another run had applied exactly the same plan first; this run wrote nothing. */
    | { readonly status: 'applied_by_another_run'; readonly deployment: Deployment }
  ) & {
    /** The tags of the state before the deployment and after it, where the service says them. */
    readonly states?: Deployment['flow_state']
  }

/**
 * Gives a plan to the service as one deployment: all of it or nothing. Safe to repeat: a plan is applied at most once.
 * Throws RemoteError; its kind is `stale` if a flow has changed since the plan was made.
 */
export async function apply(
  plan: Plan,
  writer: Pick<RemoteWriter, 'deploy'>,
  options: ApplyOptions,
): Promise<ApplyResult> {
  const refusal = refusalOf(plan)
  if (refusal) return { status: 'refused', refusal }
  const { flow_state: states, ...deployment } = await writer.deploy(deploymentRequest(plan, options))
  const status = deployment.run_id === options.runId ? 'applied' : 'applied_by_another_run'
  return { status, deployment, ...(states && { states }) }
}

/** What is sent for a plan. */
export function deploymentRequest(
  plan: Plan,
  { runId, source, allowed, approvedDigest }: ApplyOptions,
): DeploymentRequest {
  return {
    project: plan.project,
    plan_digest: plan.digest,
    // An older service does not know this member, so it is sent only if it says something.
    ...(approvedDigest !== undefined && { approved_digest: approvedDigest }),
    run_id: runId,
    base: plan.base,
    source,
    allowed,
    changes: [
      ...plan.changes.map(({ action, key, previous_key, id, base_version, after, diff_digest }) => ({
        action,
        key,
        previous_key,
        id,
        base_version,
        after,
        diff_digest,
      })),
      ...recordsOf(plan.accepted),
    ],
  }
}
