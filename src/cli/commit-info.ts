import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import type { Deployment } from '../model/deployment.js'
import { isObject } from '../model/json.js'

const run = promisify(execFile)

export type CommitInfo = NonNullable<Deployment['source']>

export interface CommitInfoOptions {
  /** The folder of the configuration. */
  readonly root: string
  /** Files and folders in it that a plan is made of: only they count as uncommitted. */
  readonly files: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * The commit that definitions come from, as git and the variables of a CI job tell; null where neither does. Git is
 * believed first: variables about another commit than the one that is checked out say nothing about the definitions.
 */
export async function commitInfo({ root, files, env }: CommitInfoOptions): Promise<CommitInfo | null> {
  const git = await fromGit(root, files)
  const ci = fromGitHub(env) ?? fromGitLab(env)
  if (ci === null) return git
  const isAbout = git === null || ci.commits.includes(git.commit)
  const commit = isAbout ? ci.commits[0] : git.commit
  if (commit === undefined || !/^[0-9a-f]{40,64}$/.test(commit)) return git
  const repository = webAddress(ci.repository)
  const runAddress = webAddress(ci.run)
  const pullRequest = Number(ci.pullRequest)
  return {
    commit,
    branch: git?.branch ?? (isAbout ? branchName(ci.branch) : null),
    // Without git nobody knows what was changed since; but whoever has no git has no way to commit it, either.
    dirty: git?.dirty ?? false,
    ...(isAbout && repository !== null && { repository }),
    ...(isAbout && Number.isSafeInteger(pullRequest) && pullRequest > 0 && { pull_request: pullRequest }),
    ...(runAddress !== null && { run: runAddress }),
  }
}

/** Address of the CI run that this process belongs to, if it does to any. */
export function ciRun(env: CommitInfoOptions['env']): string | undefined {
  return webAddress((fromGitHub(env) ?? fromGitLab(env))?.run) ?? undefined
}

async function fromGit(root: string, files: readonly string[]): Promise<CommitInfo | null> {
  const git = async (...args: string[]) => {
    // Read-only calls must not take locks or refresh the index of somebody's repository.
    const { stdout } = await run('git', ['--no-optional-locks', ...args], { cwd: root, timeout: 10_000 })
    return stdout.trim()
  }
  try {
    const commit = await git('rev-parse', 'HEAD')
    const branch = await git('rev-parse', '--abbrev-ref', 'HEAD')
    // New files count, whatever this machine's git is set to show. A list too long to be read is one of changes; where
    // git cannot say, nobody knows that all is committed.
    const dirty = await git('status', '--porcelain', '--untracked-files=normal', '--', ...files).then(
      (changes) => changes !== '',
      () => true,
    )
    return { commit, branch: branch === 'HEAD' ? null : branchName(branch), dirty }
  } catch {
    return null
  }
}

/** What a CI job says of itself. */
interface CiJob {
  /** The commits that may be checked out in the job; the first is the one that people know. */
  readonly commits: readonly (string | undefined)[]
  readonly branch: string | undefined
  readonly pullRequest: string | undefined
  readonly repository: string | undefined
  readonly run: string | undefined
}

/** https://docs.github.com/actions/reference/variables-reference */
function fromGitHub(env: CommitInfoOptions['env']): CiJob | null {
  if (!env.GITHUB_SHA) return null
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: name, GITHUB_RUN_ID: id, GITHUB_REF: ref = '' } = env
  const repository = server && name ? `${server}/${name}` : undefined
  // Of a pull request GITHUB_SHA is a merge that GitHub made for the run: nobody finds it in the branch.
  const head = headOfPullRequest(env.GITHUB_EVENT_PATH)
  return {
    commits: head === undefined ? [env.GITHUB_SHA] : [head, env.GITHUB_SHA],
    branch: env.GITHUB_HEAD_REF || (ref.startsWith('refs/heads/') ? env.GITHUB_REF_NAME : undefined),
    pullRequest: /^refs\/pull\/(\d+)\//.exec(ref)?.[1],
    repository,
    run: repository && id ? `${repository}/actions/runs/${id}` : undefined,
  }
}

function headOfPullRequest(eventFile: string | undefined): string | undefined {
  if (!eventFile) return undefined
  try {
    const event: unknown = JSON.parse(readFileSync(eventFile, 'utf8'))
    const pull = isObject(event) ? event.pull_request : undefined
    const head = isObject(pull) ? pull.head : undefined
    return isObject(head) && typeof head.sha === 'string' ? head.sha : undefined
  } catch {
    return undefined
  }
}

/** https://docs.gitlab.com/ci/variables/predefined_variables/ */
function fromGitLab(env: CommitInfoOptions['env']): CiJob | null {
  if (!env.CI_COMMIT_SHA) return null
  // Set only where the job runs on a merge that GitLab made for it.
  const head = env.CI_MERGE_REQUEST_SOURCE_BRANCH_SHA
  return {
    commits: head ? [head, env.CI_COMMIT_SHA] : [env.CI_COMMIT_SHA],
    branch: env.CI_COMMIT_TAG ? undefined : env.CI_MERGE_REQUEST_SOURCE_BRANCH_NAME || env.CI_COMMIT_REF_NAME,
    pullRequest: env.CI_MERGE_REQUEST_IID,
    repository: env.CI_PROJECT_URL,
    run: env.CI_JOB_URL,
  }
}

function branchName(name: string | undefined): string | null {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no branch has them, and the service refuses them
  return name ? name.slice(0, 255).replace(/[\u0000-\u001f\u007f]/g, '') : null
}

/** Without what stands before an @, which may be a token. */
function webAddress(text: string | undefined): string | null {
  if (!text || !URL.canParse(text)) return null
  const url = new URL(text)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return null
  url.username = ''
  url.password = ''
  url.search = ''
  url.hash = ''
  const { href } = url
  return href.length <= 2048 && !href.includes('@') ? href : null
}
