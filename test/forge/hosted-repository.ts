import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { aFolder } from '../helpers/cli.js'
import { aGithubServer, type GithubPull, type GithubServer } from './github-server.js'
import { type ActionOptions, type ActionRun, runAction } from './run-action.js'

type Git = (...args: string[]) => string

/** A repository at GitHub: git's own behind GitHub's API, and jobs that start from a fresh checkout. */
export interface HostedRepository {
  readonly github: GithubServer
  /** Where it is cloned from. */
  readonly address: string
  /** In the bare repository that everybody pushes to. */
  readonly origin: Git
  /** A developer's clone. */
  clone(): { readonly root: string; readonly git: Git }
  open(branch: string): GithubPull
  /** With a merge commit. */
  merge(pull: GithubPull): void
  /** Runs the action: for a pull request on the merge that GitHub tries, else on the main branch. */
  job(inputs: ActionOptions['inputs'], job: Job): Promise<ActionRun>
  /** What jobs have kept. */
  readonly artifacts: ActionOptions['artifacts']
}

interface Job {
  readonly pull?: GithubPull
  /** Secrets that the workflow hands to it. */
  readonly env: Readonly<Record<string, string>>
  readonly programs?: ActionOptions['programs']
}

/** Of GitHub's workflows, which write as `github-actions[bot]`. */
export const TOKEN = 'ghs_workflow'

export async function aHostedRepository(): Promise<HostedRepository> {
  const github = await aGithubServer()
  const folder = aFolder()
  const origin = gitIn(folder)
  const address = `file://${folder}`
  origin('init', '--quiet', '--bare', '--initial-branch', 'main')
  const artifacts: ActionOptions['artifacts'] = new Map()
  let runs = 100

  function merged(branch: string): string {
    const tree = origin('merge-tree', '--write-tree', 'main', branch)
    return origin('commit-tree', tree, '-p', 'main', '-p', branch, '-m', `Merge ${branch}`)
  }

  /** As actions/checkout: only the last commit; a branch where there is one. */
  function checkout(pull: GithubPull | undefined): string {
    const root = aFolder()
    const git = gitIn(root)
    git('init', '--quiet', '--initial-branch', 'main')
    git('remote', 'add', 'origin', address)
    const ref = pull === undefined ? 'refs/heads/main' : `refs/pull/${pull.number}/merge`
    git('fetch', '--quiet', '--depth=1', 'origin', ref)
    git('checkout', '--quiet', '--force', ...(pull === undefined ? ['-B', 'main'] : ['--detach']), 'FETCH_HEAD')
    return root
  }

  return {
    github,
    address,
    origin,
    artifacts,
    clone() {
      const root = aFolder()
      const git = gitIn(root)
      git('clone', '--quiet', address, '.')
      git('symbolic-ref', 'HEAD', 'refs/heads/main')
      return { root, git }
    },
    open(branch) {
      const commits = origin('rev-list', '--reverse', `main..${branch}`).split('\n')
      const pull = github.open({ branch, commits })
      origin('update-ref', `refs/pull/${pull.number}/merge`, merged(branch))
      return pull
    },
    merge(pull) {
      const { ref } = pull.head
      const tip = origin('rev-parse', ref)
      // A pull request that was made through the API.
      if (pull.head.sha !== tip) github.push(pull, tip)
      const commit = merged(ref)
      origin('update-ref', 'refs/heads/main', commit)
      github.merge(pull, commit)
    },
    async job(inputs, { pull, env, programs }) {
      runs += 1
      const workspace = checkout(pull)
      const sha = gitIn(workspace)('rev-parse', 'HEAD')
      const event = pull === undefined ? {} : { pull_request: { number: pull.number, head: { sha: pull.head.sha } } }
      const eventFile = join(aFolder(), 'event.json')
      writeFileSync(eventFile, JSON.stringify(event))
      const name = pull === undefined ? 'main' : `${pull.number}/merge`
      return runAction({
        inputs: { environment: 'live', ...inputs },
        github: { token: TOKEN, sha, event },
        env: {
          GITHUB_API_URL: github.origin,
          GITHUB_SERVER_URL: 'https://github.com',
          GITHUB_REPOSITORY: github.repository,
          GITHUB_EVENT_PATH: eventFile,
          GITHUB_RUN_ID: String(runs),
          GITHUB_SHA: sha,
          GITHUB_REF: pull === undefined ? 'refs/heads/main' : `refs/pull/${name}`,
          GITHUB_REF_NAME: name,
          ...(pull !== undefined && { GITHUB_HEAD_REF: pull.head.ref }),
          ...env,
        },
        workspace,
        artifacts,
        isOwnProcess: true,
        ...(programs && { programs }),
      })
    },
  }
}

function gitIn(cwd: string): Git {
  // Not as the machine's own user is set up to work.
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' }
  const who = ['-c', 'user.name=A', '-c', 'user.email=a@example.com']
  return (...args) =>
    execFileSync('git', [...who, ...args], { cwd, env, maxBuffer: 64 * 1024 * 1024 })
      .toString()
      .trim()
}
