import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { branchOf } from '../../ci/branch-of.js'
import type { Forge } from '../../forge/forge.js'
import type { Subject } from '../../forge/plan-comments.js'
import { openPullRequest } from '../../forge/pull-requests.js'
import { Failure } from '../failure.js'

const run = promisify(execFile)

export interface DriftPullRequestOptions extends Subject {
  readonly forge: Forge
  /** The folder of the configuration, inside a git repository. */
  readonly root: string
  /** What `flows pull` may have written, relative to `root`. */
  readonly files: readonly string[]
  /** The branch to merge into; by default the one that is checked out. */
  readonly base?: string | undefined
  readonly remote?: string
  readonly title: string
  /** Markdown. */
  readonly body: string
}

export interface DriftPullRequest {
  /** `edited`: the branch has commits of somebody else, so nothing was written. `nothing`: no file differs. */
  readonly status: 'opened' | 'updated' | 'unchanged' | 'edited' | 'nothing'
  readonly branch: string
  readonly number: number | null
  readonly url: string | null
}

/**
 * Makes a pull request from what `flows pull` wrote into the files, or updates the open one. It does not touch the
 * branch that is checked out, its index or its files: the commit is made beside them. The same change on the same
 * commit gives the same commit again, so a repeated job pushes nothing.
 */
export async function driftPullRequest(options: DriftPullRequestOptions): Promise<DriftPullRequest> {
  const { forge, project, environment, title, body, remote = 'origin' } = options
  const git = gitIn(options.root)
  // Joined by a slash, not a hyphen: the names may contain hyphens.
  const branch = `flows/drift/${project}/${environment}`
  const base = options.base ?? (await currentBranch(git))
  const none = { branch, number: null, url: null }

  const commit = await commitBeside(git, options)
  if (commit === null) return { status: 'nothing', ...none }
  const there = await remoteTip(git, remote, branch)
  if (there !== null && there !== commit) {
    await git(['fetch', '--quiet', '--depth=1', remote, `refs/heads/${branch}`])
    if (!(await isOurs(git, there, options))) return { status: 'edited', ...none }
  }
  const isPushed = there !== commit
  if (isPushed) {
    // The lease covers only the tip that was looked at, so a commit pushed since is not lost.
    const lease = `--force-with-lease=refs/heads/${branch}:${there ?? ''}`
    await git(['push', '--quiet', lease, remote, `${commit}:refs/heads/${branch}`])
  }
  const { pullRequest, isNew } = await openPullRequest(forge, { head: branch, base }, { title, body })
  const { number, url } = pullRequest
  if (isNew) return { status: 'opened', branch, number, url }
  const isSame = pullRequest.title === title && pullRequest.body.replaceAll('\r\n', '\n') === body
  if (!isSame) await forge.updatePullRequest(number, { title, body })
  return { status: isPushed || !isSame ? 'updated' : 'unchanged', branch, number, url }
}

type Git = (args: readonly string[], env?: Readonly<Record<string, string>>) => Promise<string>

/**
 * The last line of our commits' messages. It names the commit's tree and parent, so we recognise our own commits. A
 * commit that somebody amended or rebased keeps the line, but no longer matches it, and is theirs.
 */
function trailer({ project, environment }: Subject, tree: string, parent: string): string {
  return `Flows-Drift: ${project} ${environment} ${tree} ${parent}`
}

async function commitBeside(git: Git, options: DriftPullRequestOptions): Promise<string | null> {
  const { files, title } = options
  // Without a path git would add everything.
  if (files.length === 0) return null
  const folder = mkdtempSync(join(tmpdir(), 'flows-index-'))
  try {
    // The files are names, not patterns.
    const index = { GIT_INDEX_FILE: join(folder, 'index'), GIT_LITERAL_PATHSPECS: '1' }
    const head = await git(['rev-parse', 'HEAD'])
    await git(['read-tree', head], index)
    await git(['add', '--all', '--', ...files], index)
    const tree = await git(['write-tree'], index)
    if (tree === (await git(['rev-parse', `${head}^{tree}`]))) return null
    const date = await git(['log', '-1', '--format=%cI', head])
    const who = await identity(git)
    const env = {
      GIT_AUTHOR_NAME: who.name,
      GIT_AUTHOR_EMAIL: who.email,
      GIT_COMMITTER_NAME: who.name,
      GIT_COMMITTER_EMAIL: who.email,
      GIT_AUTHOR_DATE: date,
      GIT_COMMITTER_DATE: date,
    }
    return await git(['commit-tree', tree, '-p', head, '-m', title, '-m', trailer(options, tree, head)], env)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A CI job has no name of its own. */
async function identity(git: Git): Promise<{ name: string; email: string }> {
  const setting = (name: string, usual: string) => git(['config', '--get', name]).catch(() => usual)
  return { name: await setting('user.name', 'flows'), email: await setting('user.email', 'flows@localhost') }
}

async function currentBranch(git: Git): Promise<string> {
  const name = branchOf(await git(['rev-parse', '--symbolic-full-name', 'HEAD']))
  if (name !== null) return name
  throw new Failure('no_branch', 'no branch is checked out that the pull request could be merged into', {
    hint: 'check out the main branch, or name it',
  })
}

async function remoteTip(git: Git, remote: string, branch: string): Promise<string | null> {
  const line = await git(['ls-remote', remote, `refs/heads/${branch}`])
  return /^([0-9a-f]{40,64})\t/.exec(line)?.[1] ?? null
}

async function isOurs(git: Git, commit: string, subject: Subject): Promise<boolean> {
  // Read the stored commit: `git log` shows no parent for a commit that was fetched alone.
  const stored = await git(['cat-file', 'commit', commit])
  const [, tree = '', parent = ''] = /^tree ([0-9a-f]+)\nparent ([0-9a-f]+)\n(?!parent )/.exec(stored) ?? []
  return stored.trimEnd().split('\n').at(-1) === trailer(subject, tree, parent)
}

function gitIn(cwd: string): Git {
  return async (args, env = {}) => {
    try {
      const options = { cwd, env: { ...process.env, GIT_TERMINAL_PROMPT: '0', ...env }, timeout: 120_000 }
      return (await run('git', ['-c', 'commit.gpgSign=false', ...args], options)).stdout.trim()
    } catch (error) {
      const { stderr = '', message } = error as Error & { stderr?: string }
      throw new Failure('git_failed', `git ${args[0]} failed: ${withoutCredentials(stderr.trim() || message)}`)
    }
  }
}

/** If git cannot reach a remote, its message shows the whole address, including a token. */
function withoutCredentials(text: string): string {
  return text.replace(/:\/\/[^/\s]*@/g, '://...@')
}
