import { type Answer, answer } from './answers.js'
import { type Connection, type ConnectionOptions, connection } from './connection.js'
import { type Comment, type Forge, ForgeError, type PullRequest } from './forge.js'
import { inAddress } from './repository.js'

export interface GithubOptions extends Pick<ConnectionOptions, 'api' | 'token' | 'patience' | 'wait' | 'now'> {
  /** "owner/name". */
  readonly repository: string
}

export const LABEL = 'GitHub'
/** The author of comments that are made with a workflow's token. */
const ACTIONS_BOT = 'github-actions[bot]'

/** GitHub's REST API, version 2022-11-28, for one repository, whose addresses begin with `root`. */
export function githubApi({ repository, ...options }: GithubOptions): Connection & { readonly root: string } {
  const connected = connection({
    ...options,
    label: LABEL,
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${options.token}`,
      'user-agent': 'verification-flows',
      'x-github-api-version': '2022-11-28',
    },
  })
  return { ...connected, root: `/repos/${inAddress(repository)}` }
}

/** The pull requests of one repository. */
export function github(options: GithubOptions): Forge {
  const { get, list, send, root } = githubApi(options)
  const [owner = ''] = options.repository.split('/')
  return {
    label: LABEL,
    author: async () => {
      try {
        return answer(LABEL, await get('/user')).text('login')
      } catch (error) {
        // A workflow's token has no user, so it is always refused here, whatever its other rights.
        if (error instanceof ForgeError && error.status === 403) return ACTIONS_BOT
        throw error
      }
    },
    pullRequest: async (number) => pullRequest(await get(`${root}/pulls/${number}`)),
    pullRequestsOf: async (commit) => {
      try {
        return (await list(`${root}/commits/${encodeURIComponent(commit)}/pulls`)).map(pullRequest)
      } catch (error) {
        // A missing commit gives 422; 404 is about the repository.
        if (error instanceof ForgeError && error.status === 422) return []
        throw error
      }
    },
    openPullRequests: async () => (await list(`${root}/pulls?state=open&sort=updated&direction=desc`)).map(pullRequest),
    findPullRequest: async ({ head, base }) => {
      const query = new URLSearchParams({ state: 'open', head: `${owner}:${head}`, base })
      return (await list(`${root}/pulls?${query}`)).map(pullRequest)[0] ?? null
    },
    createPullRequest: async (branches, text) =>
      pullRequest(await send('POST', `${root}/pulls`, { ...branches, ...text, maintainer_can_modify: false })),
    updatePullRequest: async (number, { title, body }) =>
      pullRequest(await send('PATCH', `${root}/pulls/${number}`, { title, body })),
    approvers: async ({ number, head, author }) =>
      approvers(await list(`${root}/pulls/${number}/reviews`), head.commit, author),
    listComments: async (number) =>
      (await list(`${root}/issues/${number}/comments`)).map(comment).sort((a, b) => a.id - b.id),
    createComment: async (number, body) => comment(await send('POST', `${root}/issues/${number}/comments`, { body })),
    updateComment: async (_, id, body) => comment(await send('PATCH', `${root}/issues/comments/${id}`, { body })),
    deleteComment: async (_, id) => {
      await send('DELETE', `${root}/issues/comments/${id}`).catch(unlessGone)
    },
  }
}

function unlessGone(error: unknown): void {
  if (!(error instanceof ForgeError && error.kind === 'not_found')) throw error
}

function pullRequest(value: unknown): PullRequest {
  const one = answer(LABEL, value)
  const isMerged = one.optionalText('merged_at') !== ''
  const head = one.object('head')
  return {
    number: one.number('number'),
    title: one.text('title'),
    body: one.optionalText('body'),
    url: one.text('html_url'),
    state: isMerged ? 'merged' : one.text('state') === 'open' ? 'open' : 'closed',
    author: authorOf(one, value),
    head: { branch: head.text('ref'), commit: head.text('sha') },
    base: one.object('base').text('ref'),
    // While it is open, this names a commit that GitHub made only to try the merge.
    landed: isMerged ? [one.optionalText('merge_commit_sha')].filter((sha) => sha !== '') : [],
  }
}

/** Anybody may approve in a public repository. These belong to it, or to its organisation. */
const INSIDERS: readonly string[] = ['OWNER', 'MEMBER', 'COLLABORATOR']

/**
 * Reviews come oldest first. A comment leaves a person's last word as it was; a dismissed approval has another state.
 * Programs are not people.
 */
function approvers(reviews: readonly unknown[], head: string, author: string): string[] {
  const last = new Map<string, boolean>()
  for (const value of reviews) {
    const one = answer(LABEL, value)
    const [state, login] = [one.text('state'), authorOf(one, value)]
    if (state === 'COMMENTED' || state === 'PENDING') continue
    const isPerson = login !== '' && one.object('user').optionalText('type') !== 'Bot'
    const mayApprove = isPerson && INSIDERS.includes(one.optionalText('author_association'))
    last.set(login, mayApprove && state === 'APPROVED' && one.optionalText('commit_id') === head)
  }
  return [...last].flatMap(([login, approves]) => (approves && login !== author ? login : [])).sort()
}

function comment(value: unknown): Comment {
  const one = answer(LABEL, value)
  return {
    id: one.number('id'),
    author: authorOf(one, value),
    body: one.optionalText('body'),
    url: one.text('html_url'),
  }
}

/** Deleted accounts leave their comments behind, with null as user. */
function authorOf(one: Answer, value: unknown): string {
  return (value as { user?: unknown }).user ? one.object('user').text('login') : ''
}
