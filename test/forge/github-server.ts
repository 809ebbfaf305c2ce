import { githubFiles } from './github-files.js'
import { type HostedFiles, hostedFiles } from './hosted-files.js'
import { type Asked, aRestServer, linkHeader, pageOf, type RestServer, type Told } from './rest-server.js'

/** Whom a token belongs to. A workflow's token belongs to no user, and writes as `github-actions[bot]`. */
interface GithubToken {
  readonly login: string
  readonly kind: 'user' | 'installation'
  readonly canWrite: boolean
}

export interface GithubPull {
  number: number
  title: string
  body: string | null
  state: 'open' | 'closed'
  head: { ref: string; sha: string; owner: string }
  base: string
  /** Commits of the branch, the last one is the head. */
  commits: string[]
  merged_at: string | null
  merge_commit_sha: string | null
  updated: number
}

interface GithubComment {
  id: number
  issue: number
  login: string | null
  body: string
}

interface GithubReview {
  pull: number
  login: string | null
  type: 'User' | 'Bot'
  state: 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED' | 'DISMISSED' | 'PENDING'
  commit_id: string
  association: 'OWNER' | 'MEMBER' | 'COLLABORATOR' | 'CONTRIBUTOR' | 'NONE'
}

export interface GithubServer extends RestServer {
  readonly repository: string
  readonly tokens: Map<string, GithubToken>
  readonly pulls: GithubPull[]
  readonly files: HostedFiles
  readonly comments: GithubComment[]
  /** Oldest first. */
  readonly reviews: GithubReview[]
  open(pull: { branch: string; commits: readonly string[]; base?: string; title?: string; owner?: string }): GithubPull
  push(pull: GithubPull, commit: string): void
  /** Merges as the buttons do, and answers with the commit that the base ends with. */
  merge(pull: GithubPull, commit: string): void
  comment(issue: number, login: string | null, body: string): GithubComment
}

/** A server that behaves as GitHub's REST API is documented to, as far as `src/forge/github.ts` uses it. */
export async function aGithubServer({ repository = 'acme/kyc' } = {}): Promise<GithubServer> {
  const [owner = ''] = repository.split('/')
  const tokens = new Map<string, GithubToken>([
    ['ghs_workflow', { login: 'github-actions[bot]', kind: 'installation', canWrite: true }],
    ['ghs_readonly', { login: 'github-actions[bot]', kind: 'installation', canWrite: false }],
    ['ghp_person', { login: 'reviewer', kind: 'user', canWrite: true }],
  ])
  const pulls: GithubPull[] = []
  const files = hostedFiles()
  const comments: GithubComment[] = []
  const reviews: GithubReview[] = []
  let clock = 1
  let ids = 100

  const server: RestServer = await aRestServer((asked) => {
    const token = tokens.get(/^(?:Bearer|token) (.+)$/.exec(asked.headers.authorization ?? '')?.[1] ?? '')
    if (asked.headers['user-agent'] === undefined) return failed(403, 'Request forbidden by administrative rules.')
    if (token === undefined)
      return failed(401, asked.headers.authorization ? 'Bad credentials' : 'Requires authentication')
    if (asked.path === '/user') {
      if (token.kind === 'installation') return failed(403, 'Resource not accessible by integration')
      return { status: 200, body: { login: token.login, id: 1, type: 'User' } }
    }
    const root = `/repos/${repository}`
    const path = asked.path.replace(/^\/api\/v3/, '')
    if (!`${path.toLowerCase()}/`.startsWith(`${root.toLowerCase()}/`)) return failed(404, 'Not Found')
    if (asked.method !== 'GET' && !token.canWrite) return failed(403, 'Resource not accessible by integration')
    return githubFiles(asked, path.slice(root.length), files) ?? routed(asked, token, path.slice(root.length))
  })

  function routed(asked: Asked, token: GithubToken, path: string): Told {
    const { method, query, body } = asked
    const [, kind, first = '', second, third] = path.split('/')
    if (kind === undefined) return { status: 200, body: { full_name: repository, default_branch: 'main' } }
    if (kind === 'commits' && second === 'pulls' && method === 'GET') {
      const known = pulls.some((pull) => commitsOf(pull).includes(first))
      if (!known) return failed(422, `No commit found for SHA: ${first}`)
      return listed(asked, pulls.filter((pull) => commitsOf(pull).includes(first)).map(pullBody))
    }
    if (kind === 'pulls' && first === '') {
      if (method === 'POST') return created(body)
      const state = query.get('state') ?? 'open'
      const head = query.get('head')
      const base = query.get('base')
      const found = pulls
        .filter((pull) => state === 'all' || pull.state === state)
        .filter((pull) => head === null || `${pull.head.owner}:${pull.head.ref}` === head)
        .filter((pull) => base === null || pull.base === base)
        .sort((a, b) => (query.get('sort') === 'updated' ? b.updated - a.updated : b.number - a.number))
      return listed(asked, found.map(pullBody))
    }
    if (kind === 'pulls' && second === undefined) {
      const pull = pulls.find(({ number }) => String(number) === first)
      if (pull === undefined) return failed(404, 'Not Found')
      if (method === 'PATCH') {
        if (typeof body.title === 'string') pull.title = body.title
        if (typeof body.body === 'string') pull.body = body.body
        pull.updated = clock++
      }
      return { status: 200, body: pullBody(pull) }
    }
    if (kind === 'pulls' && second === 'reviews' && method === 'GET') {
      if (!pulls.some(({ number }) => String(number) === first)) return failed(404, 'Not Found')
      const found = reviews.filter(({ pull }) => String(pull) === first)
      return listed(
        asked,
        found.map(({ login, type, state, commit_id, association }, id) => {
          const user = login === null ? null : { login, type }
          return { id, user, state, commit_id, author_association: association, body: '' }
        }),
      )
    }
    if (kind === 'issues' && second === 'comments' && third === undefined) {
      if (!pulls.some(({ number }) => String(number) === first)) return failed(404, 'Not Found')
      const issue = Number(first)
      if (method === 'POST') {
        const fault = bodyFault(body.body)
        if (fault !== undefined) return fault
        return { status: 201, body: commentBody(comment(issue, token.login, String(body.body))) }
      }
      return listed(asked, comments.filter((one) => one.issue === issue).map(commentBody))
    }
    if (kind === 'issues' && first === 'comments' && second !== undefined) {
      const index = comments.findIndex(({ id }) => String(id) === second)
      const found = comments[index]
      if (found === undefined) return failed(404, 'Not Found')
      if (method === 'DELETE') {
        comments.splice(index, 1)
        return { status: 204 }
      }
      if (method === 'PATCH') {
        const fault = bodyFault(body.body)
        if (fault !== undefined) return fault
        found.body = String(body.body)
      }
      return { status: 200, body: commentBody(found) }
    }
    return failed(404, 'Not Found')
  }

  function created({ head, base, title, body }: Asked['body']): Told {
    if (typeof head !== 'string' || typeof base !== 'string' || typeof title !== 'string') {
      return failed(422, 'Invalid request.\n\n"title" wasn\'t supplied.')
    }
    if (
      pulls.some(
        (pull) => pull.state === 'open' && pull.head.owner === owner && pull.head.ref === head && pull.base === base,
      )
    ) {
      const message = `A pull request already exists for ${owner}:${head}.`
      return failed(422, 'Validation Failed', [{ resource: 'PullRequest', code: 'custom', message }])
    }
    const pull = open({ branch: head, base, title, commits: ['f'.repeat(40)] })
    pull.body = typeof body === 'string' ? body : null
    return { status: 201, body: pullBody(pull) }
  }

  function open({
    branch,
    commits,
    base = 'main',
    title = branch,
    owner: from = owner,
  }: Parameters<GithubServer['open']>[0]) {
    const sha = commits.at(-1) ?? ''
    const pull: GithubPull = {
      number: pulls.length + 1,
      title,
      body: null,
      state: 'open',
      head: { ref: branch, sha, owner: from },
      base,
      commits: [...commits],
      merged_at: null,
      // A merge that was only tried.
      merge_commit_sha: 'e'.repeat(40),
      updated: clock++,
    }
    pulls.push(pull)
    return pull
  }

  function comment(issue: number, login: string | null, body: string): GithubComment {
    const made = { id: ids++, issue, login, body }
    comments.push(made)
    return made
  }

  function pullBody(pull: GithubPull) {
    return {
      number: pull.number,
      html_url: `https://github.com/${repository}/pull/${pull.number}`,
      title: pull.title,
      body: pull.body,
      state: pull.state,
      user: { login: 'author', type: 'User' },
      head: { ref: pull.head.ref, sha: pull.head.sha, label: `${pull.head.owner}:${pull.head.ref}` },
      base: { ref: pull.base },
      merged_at: pull.merged_at,
      merge_commit_sha: pull.merge_commit_sha,
    }
  }

  function commentBody({ id, issue, login, body }: GithubComment) {
    const type = login?.endsWith('[bot]') ? 'Bot' : 'User'
    const html_url = `https://github.com/${repository}/pull/${issue}#issuecomment-${id}`
    return { id, html_url, body, user: login === null ? null : { login, type } }
  }

  function listed({ path, query }: Asked, all: readonly unknown[]): Told {
    const { items, page, pages } = pageOf(all, query, 30)
    const link = linkHeader(server.origin + path, query, page, pages)
    return { status: 200, body: items, headers: link === '' ? {} : { link } }
  }

  return {
    ...server,
    repository,
    tokens,
    pulls,
    files,
    comments,
    reviews,
    open,
    comment,
    push: (pull, commit) => {
      pull.commits.push(commit)
      pull.head.sha = commit
      pull.updated = clock++
    },
    merge: (pull, commit) => {
      Object.assign(pull, {
        state: 'closed',
        merged_at: '2026-11-24T12:00:00Z',
        merge_commit_sha: commit,
        updated: clock++,
      })
    },
  }
}

/** Commits that GitHub associates with a pull request: those of its branch, and the one it was merged as. */
function commitsOf({ commits, merged_at, merge_commit_sha }: GithubPull): string[] {
  return [...commits, ...(merged_at !== null && merge_commit_sha !== null ? [merge_commit_sha] : [])]
}

function bodyFault(body: unknown): Told | undefined {
  if (typeof body !== 'string' || body === '') {
    return failed(422, 'Validation Failed', [{ resource: 'IssueComment', code: 'missing_field', field: 'body' }])
  }
  if ([...body].length <= 65_536) return undefined
  const message = 'Body is too long (maximum is 65536 characters)'
  return failed(422, 'Validation Failed', [{ resource: 'IssueComment', code: 'unprocessable', field: 'data', message }])
}

function failed(status: number, message: string, errors?: readonly unknown[]): Told {
  const body = {
    message,
    ...(errors && { errors }),
    documentation_url: 'https://docs.github.com/rest',
    status: String(status),
  }
  return { status, body }
}
