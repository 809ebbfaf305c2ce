import { type Comment, type Forge, ForgeError, type PullRequest } from './forge.js'
import { belowHeader, type PlanHeader, readHeader, writeHeader } from './header.js'

/**
 * One comment per project and environment in a pull request, kept up to date.
 *
 * A comment counts as ours by its header and its author, because anybody may comment and copy a header. This has
 * limits. Somebody with the right to push may run a workflow of their own with the same token, or edit the comment by
 * hand. So a header only says where to find the reviewed plan. The flows stay safe because apply makes the plan again
 * from the merged definitions, and refuses if anything differs from the saved plan.
 */
export interface Subject {
  readonly project: string
  readonly environment: string
}

export interface PlanComment extends Comment {
  readonly header: PlanHeader
}

/** Our comments about this project and environment, oldest first. Only one, unless two runs worked at the same time. */
export async function planComments(
  forge: Forge,
  { pullRequest, author, project, environment }: Subject & { readonly pullRequest: number; readonly author: string },
): Promise<readonly PlanComment[]> {
  const comments = await forge.listComments(pullRequest)
  return comments.flatMap((comment) => {
    const header = comment.author === author ? readHeader(comment.body) : null
    return header !== null && header.project === project && header.environment === environment
      ? [{ ...comment, header }]
      : []
  })
}

/** Header, outcome of the plan if there is one, and the plan. */
export function commentBody(header: PlanHeader, status: string, markdown: string): string {
  return `${writeHeader(header)}\n${status === '' ? '' : `${STATUS_BEGIN}${status}${STATUS_END}`}${markdown}`
}

// These mark the part that is replaced when the status changes again.
const STATUS_BEGIN = '<!-- flows-status -->\n'
const STATUS_END = '\n<!-- /flows-status -->\n\n'

/** The plan in a comment, without header and status. */
export function markdownOf({ body }: Comment): string {
  const below = belowHeader(body.replaceAll('\r\n', '\n'))
  const end = below.indexOf(STATUS_END)
  return below.startsWith(STATUS_BEGIN) && end !== -1 ? below.slice(end + STATUS_END.length) : below
}

export interface Kept {
  readonly comment: Comment
  readonly did: 'created' | 'updated' | 'unchanged'
}

/**
 * Writes a body into the one comment, and creates it if needed. Two runs at once may both create one: then each looks
 * again, and the oldest stays.
 */
export async function keepComment(
  forge: Forge,
  subject: Subject & { readonly pullRequest: number; readonly author: string },
  body: string,
): Promise<Kept> {
  const { pullRequest, author } = subject
  const [oldest, ...younger] = await planComments(forge, subject)
  if (oldest !== undefined) {
    for (const { id } of younger) await forge.deleteComment(pullRequest, id)
    if (oldest.body === body) return { comment: oldest, did: 'unchanged' }
    return { comment: await forge.updateComment(pullRequest, oldest.id, body), did: 'updated' }
  }
  const created = await forge.createComment(pullRequest, body)
  if (created.author !== author) {
    await forge.deleteComment(pullRequest, created.id)
    const message = `comments of this token are by "${created.author}", not by "${author}": no run would find them again`
    throw new ForgeError('invalid', message)
  }
  const [first] = await planComments(forge, subject)
  if (first === undefined || first.id === created.id) return { comment: created, did: 'created' }
  const kept = await forge.updateComment(pullRequest, first.id, body)
  await forge.deleteComment(pullRequest, created.id)
  return { comment: kept, did: 'updated' }
}

/**
 * Marks plans in other open pull requests that a deployment may have overtaken: plans for a flow that it changed.
 * Returns the numbers of these pull requests.
 */
export async function outdateOthers(
  forge: Forge,
  subject: Subject & { readonly author: string },
  deployed: { readonly keys: readonly string[] | null; readonly except: number | null; readonly status: string },
): Promise<readonly number[]> {
  const outdated: number[] = []
  for (const { number } of await forge.openPullRequests()) {
    if (number === deployed.except) continue
    const [comment] = await planComments(forge, { ...subject, pullRequest: number })
    if (comment?.header.status !== 'planned' || !mayMeet(comment.header.keys, deployed.keys)) continue
    const header: PlanHeader = { ...comment.header, status: 'outdated' }
    await forge.updateComment(number, comment.id, commentBody(header, deployed.status, markdownOf(comment)))
    outdated.push(number)
  }
  return outdated
}

/** An unknown list may contain anything. */
function mayMeet(a: readonly string[] | null, b: readonly string[] | null): boolean {
  if (a?.length === 0 || b?.length === 0) return false
  return a === null || b === null || a.some((key) => b.includes(key))
}

/** The plan that was reviewed with a merge, or why there is no such plan. */
export type Reviewed =
  | { readonly found: true; readonly pullRequest: PullRequest; readonly comment: PlanComment }
  | { readonly found: false; readonly pullRequest: PullRequest | null; readonly reason: string }

/** Looks for the plan in the pull request that brought a commit in. */
export async function reviewedPlan(
  forge: Forge,
  subject: Subject & { readonly author: string },
  commit: string,
): Promise<Reviewed> {
  const merged = (await forge.pullRequestsOf(commit)).find(({ landed }) => landed.includes(commit)) ?? null
  const none = (reason: string): Reviewed => ({ found: false, pullRequest: merged, reason })
  if (merged === null) return none(`no pull request was merged as ${commit.slice(0, 12)}`)
  const [comment] = await planComments(forge, { ...subject, pullRequest: merged.number })
  const there = `pull request ${merged.number}`
  if (comment === undefined) return none(`${there} has no plan for ${subject.environment} by ${subject.author}`)
  const { header } = comment
  if (header.commit !== merged.head.commit) {
    return none(
      `the plan in ${there} is of ${header.commit?.slice(0, 12) ?? 'no commit'}, but ${merged.head.commit.slice(0, 12)} was merged`,
    )
  }
  if (header.file_sha256 === null || header.run_id === null) return none(`the plan in ${there} was not saved`)
  return { found: true, pullRequest: merged, comment }
}
