/**
 * The port to where pull requests live. "Pull request" and "comment" are GitHub's words; GitLab's merge requests and
 * notes are told in them too.
 */
export interface Forge {
  /** As people call it: "GitHub", "GitLab". */
  readonly label: string
  /** Who writes with this token, as comments name their author; null where the service does not tell. */
  author(): Promise<string | null>
  pullRequest(number: number): Promise<PullRequest>
  /** Those that a commit belongs to or came in by, in no particular order; none for an unknown commit. */
  pullRequestsOf(commit: string): Promise<readonly PullRequest[]>
  /** All of them, the most recently changed ones first. */
  openPullRequests(): Promise<readonly PullRequest[]>
  findPullRequest(branches: Branches): Promise<PullRequest | null>
  createPullRequest(branches: Branches, text: PullRequestText): Promise<PullRequest>
  updatePullRequest(number: number, text: PullRequestText): Promise<PullRequest>
  /** Oldest first. */
  listComments(pullRequest: number): Promise<readonly Comment[]>
  createComment(pullRequest: number, body: string): Promise<Comment>
  updateComment(pullRequest: number, id: number, body: string): Promise<Comment>
  /** No failure where it is gone already. */
  deleteComment(pullRequest: number, id: number): Promise<void>
}

export interface PullRequest {
  readonly number: number
  readonly title: string
  readonly body: string
  readonly url: string
  readonly state: 'open' | 'merged' | 'closed'
  readonly head: { readonly branch: string; readonly commit: string }
  readonly base: string
  /** The commits under which a merged one arrived in its base: by a merge, a squash or a rebase. */
  readonly landed: readonly string[]
}

interface Branches {
  readonly head: string
  readonly base: string
}

interface PullRequestText {
  readonly title: string
  readonly body: string
}

export interface Comment {
  readonly id: number
  readonly author: string
  readonly body: string
  readonly url: string
}

/** A call that failed. Its message holds no token and nothing of what was sent. */
export class ForgeError extends Error {
  override readonly name = 'ForgeError'
  readonly kind: 'not_authorised' | 'not_found' | 'invalid' | 'rate_limited' | 'too_many' | 'unreachable'
  /** Of the answer; undefined where there was none. */
  readonly status: number | undefined

  constructor(kind: ForgeError['kind'], message: string, status?: number) {
    super(message)
    this.kind = kind
    this.status = status
  }
}
