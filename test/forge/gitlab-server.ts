import { gitlabFiles } from './gitlab-files.js'
import { type HostedFiles, hostedFiles } from './hosted-files.js'
import { type Asked, aRestServer, pageOf, type RestServer, type Told } from './rest-server.js'

interface GitlabToken {
  readonly username: string
  readonly canWrite: boolean
}

interface MergeRequest {
  iid: number
  title: string
  description: string | null
  state: 'opened' | 'closed' | 'merged'
  source_branch: string
  target_branch: string
  source_project_id: number
  commits: string[]
  sha: string
  merge_commit_sha: string | null
  squash_commit_sha: string | null
  updated: number
}

interface Note {
  id: number
  iid: number
  username: string
  body: string
  system: boolean
}

interface Version {
  iid: number
  commit: string
  at: string
}

interface Approval {
  iid: number
  username: string
  /** Older servers do not say. */
  at: string | undefined
}

export interface GitlabServer extends RestServer {
  /** As CI_API_V4_URL has it. */
  readonly api: string
  readonly project: number
  readonly tokens: Map<string, GitlabToken>
  readonly mergeRequests: MergeRequest[]
  readonly files: HostedFiles
  readonly notes: Note[]
  /** When the heads of merge requests were pushed. */
  readonly versions: Version[]
  readonly approvals: Approval[]
  /** Files of jobs by "job id/name", as `GET /projects/:id/jobs/:job_id/artifacts/:path` gives them. */
  readonly artifacts: Map<string, string>
  open(one: { branch: string; commits: readonly string[]; target?: string; project?: number }): MergeRequest
  push(one: MergeRequest, commit: string): void
  merge(one: MergeRequest, how: 'merge' | 'squash' | 'fast-forward', commit: string): void
  note(iid: number, username: string, body: string, system?: boolean): Note
}

/** A server that behaves as GitLab's REST API is documented to, as far as `src/forge/gitlab.ts` uses it. */
export async function aGitlabServer({ project = 42 } = {}): Promise<GitlabServer> {
  const tokens = new Map<string, GitlabToken>([
    ['glpat-bot', { username: 'project_42_bot', canWrite: true }],
    ['glpat-readonly', { username: 'project_42_reader', canWrite: false }],
  ])
  const mergeRequests: MergeRequest[] = []
  const files = hostedFiles()
  const notes: Note[] = []
  const versions: Version[] = []
  const approvals: Approval[] = []
  const artifacts = new Map<string, string>()
  let clock = 1
  let ids = 100

  const server: RestServer = await aRestServer((asked) => {
    // Access tokens are taken in either header (docs.gitlab.com/api/rest/authentication).
    const bearer = /^Bearer (.+)$/.exec(asked.headers.authorization ?? '')?.[1]
    const token = tokens.get(String(asked.headers['private-token'] ?? bearer ?? ''))
    if (token === undefined) return failed(401, { message: '401 Unauthorized' })
    const path = asked.path.replace(/^\/api\/v4/, '')
    if (path === '/user') return { status: 200, body: { id: 7, username: token.username, bot: true } }
    const [, kind, id = '', ...rest] = path.split('/')
    if (kind !== 'projects' || ![String(project), 'acme%2Fkyc'].includes(id)) {
      return failed(404, { message: '404 Project Not Found' })
    }
    if (asked.method !== 'GET' && !token.canWrite) return failed(403, { message: '403 Forbidden' })
    return gitlabFiles(asked, rest, files) ?? routed(asked, token, rest)
  })

  function routed(asked: Asked, token: GitlabToken, path: readonly string[]): Told {
    const { method, query, body } = asked
    const [kind, first, second, third] = path
    if (kind === 'repository' && first === 'commits' && third === 'merge_requests') {
      const found = mergeRequests.filter((one) => commitsOf(one).includes(second ?? ''))
      if (found.length === 0) return failed(404, { message: '404 Commit Not Found' })
      return listed(asked, found.map(mergeRequestBody))
    }
    if (kind === 'jobs' && second === 'artifacts') {
      const file = artifacts.get(`${first}/${path.slice(3).join('/')}`)
      return file === undefined ? failed(404, { message: '404 Not Found' }) : { status: 200, text: file }
    }
    if (kind !== 'merge_requests') return failed(404, { error: '404 Not Found' })
    if (first === undefined) {
      if (method === 'POST') return created(body)
      const wanted = (name: string, value: string) => query.get(name) === null || query.get(name) === value
      const found = mergeRequests
        .filter((one) => wanted('state', one.state) || query.get('state') === 'all')
        .filter((one) => wanted('source_branch', one.source_branch) && wanted('target_branch', one.target_branch))
        .sort((a, b) => b.updated - a.updated)
      return listed(asked, found.map(mergeRequestBody))
    }
    const one = mergeRequests.find(({ iid }) => String(iid) === first)
    if (one === undefined) return failed(404, { message: '404 Not found' })
    if (second === undefined) {
      if (method === 'PUT') {
        if (typeof body.title === 'string') one.title = body.title
        if (typeof body.description === 'string') one.description = body.description
        one.updated = clock++
      }
      return { status: 200, body: mergeRequestBody(one) }
    }
    if (second === 'approvals') {
      const found = approvals.filter(({ iid }) => iid === one.iid)
      const by = found.map(({ username, at }) => ({ user: { id: 7, username }, ...(at && { approved_at: at }) }))
      return { status: 200, body: { iid: one.iid, approved: by.length > 0, approved_by: by } }
    }
    if (second === 'versions') {
      const found = versions.filter(({ iid }) => iid === one.iid)
      return listed(
        asked,
        found.map(({ commit, at }, id) => ({ id, head_commit_sha: commit, created_at: at })).reverse(),
      )
    }
    if (second !== 'notes') return failed(404, { error: '404 Not Found' })
    if (third === undefined) {
      if (method === 'POST') return bodyFault(body.body) ?? told(note(one.iid, token.username, String(body.body)), 201)
      const all = notes.filter(({ iid }) => iid === one.iid)
      return listed(asked, (query.get('sort') === 'asc' ? all : all.reverse()).map(noteBody))
    }
    const index = notes.findIndex(({ id, iid }) => String(id) === third && iid === one.iid)
    const found = notes[index]
    if (found === undefined) return failed(404, { message: '404 Note Not Found' })
    if (method === 'DELETE') {
      notes.splice(index, 1)
      return { status: 204 }
    }
    if (method === 'PUT') {
      // Only its author may edit a note, whatever else a token may do.
      if (found.username !== token.username) return failed(403, { message: '403 Forbidden' })
      const fault = bodyFault(body.body)
      if (fault !== undefined) return fault
      found.body = String(body.body)
    }
    return told(found, 200)
  }

  function created(body: Asked['body']): Told {
    const { source_branch: source, target_branch: target, title, description } = body
    if (typeof source !== 'string') return failed(400, { error: 'source_branch is missing' })
    if (typeof target !== 'string') return failed(400, { error: 'target_branch is missing' })
    if (typeof title !== 'string') return failed(400, { error: 'title is missing' })
    const open_ = mergeRequests.find(
      (one) =>
        one.state === 'opened' &&
        one.source_project_id === project &&
        one.source_branch === source &&
        one.target_branch === target,
    )
    if (open_)
      return failed(409, {
        message: [`Another open merge request already exists for this source branch: !${open_.iid}`],
      })
    const made = open({ branch: source, target, commits: ['f'.repeat(40)] })
    Object.assign(made, { title, description: typeof description === 'string' ? description : null })
    return { status: 201, body: mergeRequestBody(made) }
  }

  function open({ branch, commits, target = 'main', project: from = project }: Parameters<GitlabServer['open']>[0]) {
    const made: MergeRequest = {
      iid: mergeRequests.length + 1,
      title: branch,
      description: null,
      state: 'opened',
      source_branch: branch,
      target_branch: target,
      source_project_id: from,
      commits: [...commits],
      sha: commits.at(-1) ?? '',
      merge_commit_sha: null,
      squash_commit_sha: null,
      updated: clock++,
    }
    mergeRequests.push(made)
    return made
  }

  function note(iid: number, username: string, body: string, system = false): Note {
    const made = { id: ids++, iid, username, body, system }
    notes.push(made)
    return made
  }

  function mergeRequestBody({ commits: _1, updated: _2, ...one }: MergeRequest) {
    return {
      ...one,
      id: 9000 + one.iid,
      author: { id: 8, username: 'author' },
      target_project_id: project,
      web_url: `https://gitlab.com/acme/kyc/-/merge_requests/${one.iid}`,
    }
  }

  function noteBody({ id, username, body, system, iid }: Note) {
    return { id, body, system, noteable_iid: iid, noteable_type: 'MergeRequest', author: { id: 7, username } }
  }

  function told(one: Note, status: number): Told {
    return { status, body: noteBody(one) }
  }

  /** By X-Next-Page alone: GitLab leaves `Link` out where it would be too long. */
  function listed({ query }: Asked, all: readonly unknown[]): Told {
    const { items, page, pages } = pageOf(all, query, 20)
    return {
      status: 200,
      body: items,
      headers: { 'x-page': String(page), 'x-next-page': page < pages ? String(page + 1) : '' },
    }
  }

  return {
    ...server,
    api: `${server.origin}/api/v4`,
    project,
    tokens,
    mergeRequests,
    files,
    notes,
    versions,
    approvals,
    artifacts,
    open,
    note,
    push: (one, commit) => {
      one.commits.push(commit)
      Object.assign(one, { sha: commit, updated: clock++ })
    },
    merge: (one, how, commit) => {
      one.state = 'merged'
      one.updated = clock++
      if (how === 'merge') one.merge_commit_sha = commit
      if (how === 'squash') one.squash_commit_sha = commit
      if (how === 'fast-forward') Object.assign(one, { sha: commit, commits: [...one.commits, commit] })
    },
  }
}

function commitsOf({ commits, merge_commit_sha, squash_commit_sha }: MergeRequest): (string | null)[] {
  return [...commits, merge_commit_sha, squash_commit_sha]
}

function bodyFault(body: unknown): Told | undefined {
  if (typeof body !== 'string' || body === '') return failed(400, { error: 'body is missing' })
  if (body.length <= 1_000_000) return undefined
  return failed(400, { message: { note: ['is too long (maximum is 1000000 characters)'] } })
}

function failed(status: number, body: object): Told {
  return { status, body }
}
