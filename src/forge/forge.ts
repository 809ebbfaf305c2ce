/**
 * The port to the place of pull requests. "Pull request" and "comment" are GitHub's words; here they also stand for
 * GitLab's merge requests and notes.
 */
export interface Forge {
  /** As people call it: "GitHub", "GitLab". */
  readonly label: string
  /** The account of this token, named as comments name their author; null if the service does not say. */
  author(): Promise<string | null>
  pullRequest(number: number): Promise<PullRequest>
  /** Pull requests that a commit belongs to or came in by, in no particular order; none for an unknown commit. */
  pullRequestsOf(commit: string): Promise<readonly PullRequest[]>
  /** All of them, most recently changed first. */
  openPullRequests(): Promise<readonly PullRequest[]>
  findPullRequest(branches: Branches): Promise<PullRequest | null>
  createPullRequest(branches: Branches, text: PullRequestText): Promise<PullRequest>
  updatePullRequest(number: number, text: PullRequestText): Promise<PullRequest>
  /**
   * The people who approve a pull request as it is now: those whose last word approves its present head. Whoever opened
   * it does not count, and neither does an approval of an earlier commit.
   */
  approvers(pullRequest: PullRequest): Promise<readonly string[]>
  /** Oldest first. */
  listComments(pullRequest: number): Promise<readonly Comment[]>
  createComment(pullRequest: number, body: string): Promise<Comment>
  updateComment(pullRequest: number, id: number, body: string): Promise<Comment>
  /** Does not fail if the comment is already gone. */
  deleteComment(pullRequest: number, id: number): Promise<void>
}

export interface PullRequest {
  readonly number: number
  readonly title: string
  readonly body: string
  readonly url: string
  readonly state: 'open' | 'merged' | 'closed'
  /** Who opened it; "" if that account is gone. */
  readonly author: string
  readonly head: { readonly branch: string; readonly commit: string }
  readonly base: string
  /** The commits by which a merged pull request arrived in its base: by merge, squash or rebase. */
  readonly landed: readonly string[]
}

export interface Branches {
  readonly head: string
  readonly base: string
}

export interface PullRequestText {
  readonly title: string
  readonly body: string
}

export interface Comment {
  readonly id: number
  readonly author: string
  readonly body: string
  readonly url: string
}

/** A failed call. Its message contains no token and nothing that was sent. */
export class ForgeError extends Error {
  override readonly name = 'ForgeError'
  readonly kind: 'not_authorised' | 'not_found' | 'invalid' | 'rate_limited' | 'too_many' | 'unreachable'
  /** HTTP status of the answer; undefined if there was none. */
  readonly status: number | undefined

  constructor(kind: ForgeError['kind'], message: string, status?: number) {
    super(message)
    this.kind = kind
    this.status = status
  }
}
