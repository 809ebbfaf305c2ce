import type { Forge } from '../../src/forge/forge.js'
import { github } from '../../src/forge/github.js'
import { githubRepository } from '../../src/forge/github-repository.js'
import { gitlab } from '../../src/forge/gitlab.js'
import { gitlabRepository } from '../../src/forge/gitlab-repository.js'
import type { Repository } from '../../src/forge/repository.js'
import { aGithubServer } from './github-server.js'
import { aGitlabServer } from './gitlab-server.js'
import type { HostedFiles } from './hosted-files.js'
import type { RestServer } from './rest-server.js'

export interface ForgeAt {
  readonly server: RestServer
  /** With a token that may write; or with another one. */
  forge(token?: string): Forge
  /** The files of the same repository. */
  repository(token?: string): Repository
  readonly files: HostedFiles
  /** Where people see it. */
  readonly web: string
  /** Whom the comments of that token are by. */
  readonly bot: string
  readonly readOnlyToken: string
  /** Pauses that were made, in milliseconds: no time passes. */
  readonly pauses: number[]
  open(branch: string, commit: string, fork?: boolean): number
  merge(number: number, commit: string): void
  push(number: number, commit: string): void
  /** One after another in time. */
  approve(number: number, login: string): void
  comment(number: number, author: string, body: string): void
  bodies(number: number): string[]
  /** How this service says that the next page is elsewhere. */
  elsewhere(): Readonly<Record<string, string>>
}

export interface ForgeKind {
  readonly name: string
  at(): Promise<ForgeAt>
}

const onGithub: ForgeKind = {
  name: 'GitHub',
  at: async () => {
    const server = await aGithubServer()
    const pauses: number[] = []
    const wait = async (pause: number) => pauses.push(pause)
    const { repository, origin: api } = server
    const pull = (number: number) => {
      const found = server.pulls.find((one) => one.number === number)
      if (!found) throw new Error(`no pull request ${number}`)
      return found
    }
    return {
      server,
      forge: (token = 'ghs_workflow') => github({ api, repository, token, wait, now: () => 1_790_000_000_000 }),
      repository: (token = 'ghs_workflow') => githubRepository({ api, repository, token, wait }),
      files: server.files,
      web: 'https://github.com',
      bot: 'github-actions[bot]',
      readOnlyToken: 'ghs_readonly',
      pauses,
      open: (branch, commit, fork) =>
        server.open({ branch, commits: [commit], ...(fork && { owner: 'stranger' }) }).number,
      merge: (number, commit) => server.merge(pull(number), commit),
      push: (number, commit) => server.push(pull(number), commit),
      approve: (number, login) => {
        const { head } = pull(number)
        const about = { pull: number, login, type: 'User', commit_id: head.sha } as const
        server.reviews.push({ ...about, state: 'APPROVED', association: 'MEMBER' })
      },
      comment: (number, author, body) => void server.comment(number, author, body),
      bodies: (number) => server.comments.filter(({ issue }) => issue === number).map(({ body }) => body),
      elsewhere: () => ({ link: '<https://elsewhere.example/next>; rel="next"' }),
    }
  },
}

const onGitlab: ForgeKind = {
  name: 'GitLab',
  at: async () => {
    const server = await aGitlabServer()
    const pauses: number[] = []
    const wait = async (pause: number) => pauses.push(pause)
    const { api } = server
    let minute = 0
    const next = () => {
      minute += 1
      return new Date(Date.UTC(2026, 10, 24, 12, minute)).toISOString()
    }
    const request = (number: number) => {
      const found = server.mergeRequests.find(({ iid }) => iid === number)
      if (!found) throw new Error(`no merge request ${number}`)
      return found
    }
    return {
      server,
      forge: (token = 'glpat-bot') => gitlab({ api, project: '42', token, wait, now: () => 1_790_000_000_000 }),
      repository: (token = 'glpat-bot') => gitlabRepository({ api, project: '42', token, wait }),
      files: server.files,
      web: 'https://gitlab.com',
      bot: 'project_42_bot',
      readOnlyToken: 'glpat-readonly',
      pauses,
      open: (branch, commit, fork) => {
        const { iid } = server.open({ branch, commits: [commit], ...(fork && { project: 66 }) })
        server.versions.push({ iid, commit, at: next() })
        return iid
      },
      merge: (number, commit) => server.merge(request(number), 'squash', commit),
      push: (iid, commit) => {
        server.push(request(iid), commit)
        server.versions.push({ iid, commit, at: next() })
      },
      approve: (iid, username) => void server.approvals.push({ iid, username, at: next() }),
      comment: (number, author, body) => void server.note(number, author, body),
      bodies: (number) => server.notes.filter(({ iid }) => iid === number).map(({ body }) => body),
      elsewhere: () => ({ link: '<https://elsewhere.example/next>; rel="next"' }),
    }
  },
}

export const forges: readonly ForgeKind[] = [onGithub, onGitlab]
