import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Deployment } from '../model/deployment.js'
import { branchName, ciJob, type Env } from './job.js'

const execute = promisify(execFile)

export type CommitInfo = NonNullable<Deployment['source']>

export interface CommitInfoOptions {
  /** The folder of the configuration. */
  readonly root: string
  /** Files and folders in it that a plan is made of: only they count as uncommitted. */
  readonly files: readonly string[]
  readonly env: Env
}

/**
 * The commit that definitions come from, as git and the variables of a CI job tell; null where neither does. Git is
 * believed first: variables about another commit than the one that is checked out say nothing about the definitions.
 */
export async function commitInfo({ root, files, env }: CommitInfoOptions): Promise<CommitInfo | null> {
  const git = await fromGit(root, files)
  const job = ciJob(env)
  if (job === undefined) return git
  const { pullRequest, repository, run } = job
  const isAbout = git === null || git.commit === job.commit || git.commit === job.trial
  const commit = isAbout ? job.commit : git.commit
  if (commit === null) return git
  return {
    commit,
    branch: git?.branch ?? (isAbout ? job.branch : null),
    // Without git nobody knows what was changed since; but whoever has no git has no way to commit it, either.
    dirty: git?.dirty ?? false,
    ...(isAbout && repository !== null && { repository }),
    ...(isAbout && pullRequest !== null && { pull_request: pullRequest }),
    ...(run !== null && { run }),
  }
}

async function fromGit(root: string, files: readonly string[]): Promise<CommitInfo | null> {
  const git = async (...args: string[]) => {
    // Read-only calls must not take locks or refresh the index of somebody's repository.
    const { stdout } = await execute('git', ['--no-optional-locks', ...args], { cwd: root, timeout: 10_000 })
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
