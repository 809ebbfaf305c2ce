import type { CiJob } from '../../ci/job.js'
import type { Forge } from '../../forge/forge.js'
import type { PlanHeader } from '../../forge/header.js'
import {
  commentBody,
  type Kept,
  keepComment,
  markdownOf,
  outdateOthers,
  planComments,
  type Subject,
} from '../../forge/plan-comments.js'
import type { Plan } from '../../model/plan.js'
import { planMarkdown } from '../../render/plan/markdown.js'
import { formatTime } from '../../text/text.js'

/** A plan to show in a pull request. */
export interface PlanToShow {
  readonly plan: Plan
  /** SHA-256 of the file it was read from; null for a plan that was made just now. */
  readonly fileSha256: string | null
}

/** What became of a comment. `superseded`: the pull request has changed since, so nothing was written. */
export interface Outcome {
  readonly did: Kept['did'] | 'superseded' | 'nothing'
  readonly pullRequest: number | null
  readonly url: string | null
  /** Other pull requests whose plans were marked outdated. */
  readonly outdated: readonly number[]
  readonly because?: string
}

/** The body of a comment for a plan that was just made. */
export function plannedBody({ plan, fileSha256 }: PlanToShow, job: CiJob | undefined): string {
  const header: PlanHeader = {
    project: plan.project,
    environment: plan.environment,
    status: 'planned',
    digest: plan.digest,
    file_sha256: fileSha256,
    commit: madeOf(plan, job),
    run_id: job?.runId ?? null,
    keys: keysOf(plan),
    deployment: null,
  }
  return commentBody(header, '', planMarkdown(plan))
}

/**
 * The commit that a plan was made from. It is not always the commit that the job runs for: a pull request's job may be
 * on the base branch, and its plan then says nothing about the pull request.
 */
export function madeOf(plan: Plan, job: CiJob | undefined): string | null {
  return plan.source?.commit ?? job?.commit ?? null
}

/**
 * Shows a plan in its pull request, unless the pull request has changed since. An older run that ends late must not
 * hide the newer plan, and a run repeated after the merge must not change what was reviewed.
 */
export async function showPlanned(
  forge: Forge,
  saved: PlanToShow,
  at: { readonly pullRequest: number; readonly author: string; readonly job: CiJob | undefined },
): Promise<Outcome> {
  const { pullRequest, author, job } = at
  const { state, head, url } = await forge.pullRequest(pullRequest)
  const superseded = (because: string): Outcome => ({ did: 'superseded', pullRequest, url, outdated: [], because })
  if (state !== 'open') return superseded(`it is ${state}`)
  if (job?.commit && head.commit !== job.commit) return superseded(`its last commit is ${head.commit.slice(0, 12)} now`)
  const { project, environment } = saved.plan
  const subject = { project, environment, pullRequest, author }
  const { did, comment } = await keepComment(forge, subject, plannedBody(saved, job))
  return { did, pullRequest, url: comment.url, outdated: [] }
}

export interface Deployed {
  readonly status: 'applied' | 'outdated'
  /** The pull request with the comment; null after a push without a pull request. */
  readonly pullRequest: number | null
  readonly deployment: string | null
  /** Unix seconds. */
  readonly now: number
  /** What was applied; by default the plan in the comment. */
  readonly plan?: Plan | undefined
}

/** Writes the plan's outcome into its comment; after an apply also into other pull requests that it overtook. */
export async function showStatus(
  forge: Forge,
  subject: Subject & { readonly author: string },
  deployed: Deployed,
): Promise<Outcome> {
  const { pullRequest, status, plan } = deployed
  const existing = pullRequest === null ? [] : await planComments(forge, { ...subject, pullRequest })
  const [oldest] = existing
  let kept: Kept | undefined
  if (pullRequest !== null && oldest !== undefined) {
    const header: PlanHeader = { ...oldest.header, status, deployment: deployed.deployment }
    const body = commentBody(header, statusLine(deployed), plan ? planMarkdown(plan) : markdownOf(oldest))
    kept = await keepComment(forge, { ...subject, pullRequest }, body)
  }
  const keys = plan ? keysOf(plan) : (oldest?.header.keys ?? null)
  const outdated =
    status === 'applied'
      ? await outdateOthers(forge, subject, { keys, except: pullRequest, status: overtakenLine(deployed) })
      : []
  return { did: kept?.did ?? 'nothing', pullRequest, url: kept?.comment.url ?? null, outdated }
}

function statusLine({ status, deployment, now }: Deployed): string {
  if (status === 'outdated') return '> **Outdated**: make a new plan before this is applied.'
  return `> **Applied**${deployment === null ? '' : ` as deployment <code>${deployment}</code>`}, ${formatTime(now)}.`
}

function overtakenLine({ deployment, now }: Deployed): string {
  const what = deployment === null ? 'A deployment' : `Deployment <code>${deployment}</code>`
  return `> **Outdated**: ${what} has changed flows of this plan, ${formatTime(now)}. Run the job again for a new plan.`
}

function keysOf({ changes }: Plan): string[] {
  return changes.flatMap(({ key, previous_key }) => (previous_key === null ? [key] : [key, previous_key]))
}
