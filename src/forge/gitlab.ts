import { isObject } from '../model/json.js'
import { type Answer, answer } from './answers.js'
import { type Connection, type ConnectionOptions, connection } from './connection.js'
import { type Comment, type Forge, ForgeError, type PullRequest } from './forge.js'

export interface GitlabOptions extends Pick<ConnectionOptions, 'api' | 'token' | 'patience' | 'wait' | 'now'> {
  /** The project's number or path. */
  readonly project: string
}

export const LABEL = 'GitLab'

/**
 * GitLab's REST API, version 4, for one project, whose addresses begin with `root`. The token is an access token of a
 * project, a group or a person.
 */
export function gitlabApi({ project, ...options }: GitlabOptions): Connection & { readonly root: string } {
  const connected = connection({
    ...options,
    label: LABEL,
    headers: { accept: 'application/json', 'private-token': options.token, 'user-agent': 'verification-flows' },
  })
  return { ...connected, root: `/projects/${encodeURIComponent(project)}` }
}

/** The merge requests of one project. */
export function gitlab(options: GitlabOptions): Forge {
  const { get, list, send, root } = gitlabApi(options)
  const notes = (number: number) => `${root}/merge_requests/${number}/notes`
  /** A note does not contain its own address. */
  const noteOf = (number: number, value: unknown): Comment => {
    const one = answer(LABEL, value)
    const id = one.number('id')
    const author = one.object('author').text('username')
    return { id, author, body: one.optionalText('body'), url: `${options.api}${notes(number)}/${id}` }
  }
  return {
    label: LABEL,
    author: async () => answer(LABEL, await get('/user')).text('username'),
    pullRequest: async (number) => mergeRequest(await get(`${root}/merge_requests/${number}`)),
    pullRequestsOf: async (commit) => {
      try {
        const path = `${root}/repository/commits/${encodeURIComponent(commit)}/merge_requests`
        return (await list(path)).map(mergeRequest)
      } catch (error) {
        // "404 Commit Not Found"; without that word, the project is missing.
        if (error instanceof ForgeError && error.status === 404 && /commit/i.test(error.message)) return []
        throw error
      }
    },
    openPullRequests: async () =>
      (await list(`${root}/merge_requests?state=opened&order_by=updated_at&sort=desc`)).map(mergeRequest),
    findPullRequest: async ({ head, base }) => {
      const query = new URLSearchParams({ state: 'opened', source_branch: head, target_branch: base })
      const found = await list(`${root}/merge_requests?${query}`)
      // A fork may have a branch of the same name.
      return found.filter(isFromHere).map(mergeRequest)[0] ?? null
    },
    createPullRequest: async ({ head, base }, { title, body }) => {
      const params = { source_branch: head, target_branch: base, title, description: body, remove_source_branch: true }
      return mergeRequest(await send('POST', `${root}/merge_requests`, params))
    },
    updatePullRequest: async (number, { title, body }) =>
      mergeRequest(await send('PUT', `${root}/merge_requests/${number}`, { title, description: body })),
    approvers: async ({ number, head, author }) => {
      const approvals = answer(LABEL, await get(`${root}/merge_requests/${number}/approvals`))
      const versions = await list(`${root}/merge_requests/${number}/versions`)
      return approvers(approvals.list('approved_by'), pushedAt(versions, head.commit), author)
    },
    listComments: async (number) => {
      const all = await list(`${notes(number)}?sort=asc&order_by=created_at`)
      const written = all.filter((value) => !(isObject(value) && value.system === true))
      return written.map((value) => noteOf(number, value)).sort((a, b) => a.id - b.id)
    },
    createComment: async (number, body) => noteOf(number, await send('POST', notes(number), { body })),
    updateComment: async (number, id, body) => noteOf(number, await send('PUT', `${notes(number)}/${id}`, { body })),
    deleteComment: async (number, id) => {
      await send('DELETE', `${notes(number)}/${id}`).catch((error: unknown) => {
        if (!(error instanceof ForgeError && error.kind === 'not_found')) throw error
      })
    },
  }
}

/** When the present head was pushed, in milliseconds; undefined if GitLab does not say. */
function pushedAt(versions: readonly unknown[], head: string): number | undefined {
  const times = versions
    .map((value) => answer(LABEL, value))
    .filter((version) => version.text('head_commit_sha') === head)
    .map((version) => Date.parse(version.text('created_at')))
  return times.length === 0 ? undefined : Math.max(...times)
}

/**
 * GitLab keeps an approval when somebody pushes, unless a project is set up otherwise. So only those count that are
 * newer than the head. A GitLab that does not say when it was (`approved_at`) cannot be asked.
 */
function approvers(approvals: readonly Answer[], pushed: number | undefined, author: string): string[] {
  const people = approvals.map((one) => ({
    name: one.object('user').text('username'),
    at: Date.parse(one.optionalText('approved_at')),
  }))
  if (people.some(({ at }) => Number.isNaN(at))) {
    throw new ForgeError('invalid', `${LABEL} does not say when it was approved: it is too old for that`)
  }
  if (pushed === undefined) return []
  return people.flatMap(({ name, at }) => (at > pushed && name !== author ? name : [])).sort()
}

/** What is not an object is left for `mergeRequest` to refuse. */
function isFromHere(value: unknown): boolean {
  return !isObject(value) || value.source_project_id === value.target_project_id
}

const STATES: Readonly<Record<string, PullRequest['state']>> = { opened: 'open', locked: 'open', merged: 'merged' }

function mergeRequest(value: unknown): PullRequest {
  const one = answer(LABEL, value)
  const state = STATES[one.text('state')] ?? 'closed'
  const commit = one.optionalText('sha')
  // A fast-forward makes no merge commit: the head itself is what landed.
  const landed = [one.optionalText('merge_commit_sha'), one.optionalText('squash_commit_sha'), commit]
  return {
    number: one.number('iid'),
    title: one.text('title'),
    body: one.optionalText('description'),
    url: one.text('web_url'),
    state,
    author: one.object('author').text('username'),
    head: { branch: one.text('source_branch'), commit },
    base: one.text('target_branch'),
    landed: state === 'merged' ? landed.filter((sha) => sha !== '') : [],
  }
}
