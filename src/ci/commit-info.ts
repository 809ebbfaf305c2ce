import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Deployment } from '../model/deployment.js'
import { areAsCommitted } from './as-committed.js'
import { branchOf } from './branch-of.js'
import { branchName, ciJob, type Env } from './job.js'

const execute = promisify(execFile)

export type CommitInfo = NonNullable<Deployment['source']>

export interface CommitInfoOptions {
  /** The folder of the configuration. */
  readonly root: string
  /** Files and folders in it that a plan is made from: only they count as uncommitted. */
  readonly files: readonly string[]
  /** The files among them that the plan was made from: each must have the very bytes of the commit. */
  readonly read?: readonly string[]
  readonly env: Env
  /** Called with the folder if git refuses to answer because somebody else owns it (git's `safe.directory`). */
  readonly onUntrusted?: ((folder: string) => void) | undefined
}

/**
 * The commit that definitions come from, according to git and the variables of a CI job; null if neither knows. Git
 * comes first: variables about another commit than the one checked out say nothing about the definitions.
 */
export async function commitInfo(options: CommitInfoOptions): Promise<CommitInfo | null> {
  const { env } = options
  const git = await fromGit(options)
  const job = ciJob(env)
  if (job === undefined) return git
  const { pullRequest, repository, run } = job
  const isAbout = git === null || git.commit === job.commit || git.commit === job.trial
  const commit = isAbout ? job.commit : git.commit
  if (commit === null) return git
  return {
    commit,
    branch: git?.branch ?? (isAbout ? job.branch : null),
    // Without git, nothing shows what was changed since.
    dirty: git?.dirty ?? null,
    ...(isAbout && repository !== null && { repository }),
    ...(isAbout && pullRequest !== null && { pull_request: pullRequest }),
    ...(run !== null && { run }),
  }
}

async function fromGit({ root, files, read = [], onUntrusted }: CommitInfoOptions): Promise<CommitInfo | null> {
  const git = async (...args: string[]) => {
    // Read-only calls must not take locks or refresh the index of the user's repository.
    const options = { cwd: root, timeout: 10_000, env: { ...process.env, LC_ALL: 'C' } }
    const { stdout } = await execute('git', ['--no-optional-locks', ...args], options)
    return stdout.trim()
  }
  try {
    const commit = await git('rev-parse', 'HEAD')
    const branch = branchOf(await git('rev-parse', '--symbolic-full-name', 'HEAD'))
    // New files count, whatever the git settings of this machine. If the list is too long to read, there are changes.
    const changed = await git('status', '--porcelain', '--untracked-files=normal', '--', ...files).then(
      (changes) => changes !== '',
      (fault: NodeJS.ErrnoException) => (fault.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER' ? true : null),
    )
    // Nor do files count as committed that git was told to pass over.
    const same = changed === false ? await areAsCommitted(root, files, read) : null
    const dirty = changed === false && same !== null ? !same : changed || null
    return { commit, branch: branchName(branch), dirty }
  } catch (fault) {
    const untrusted = untrustedFolder(fault, root)
    if (untrusted !== undefined) onUntrusted?.(untrusted)
    return null
  }
}

/** The folder that git calls dubious: it belongs to somebody else, as in many container jobs. */
function untrustedFolder(fault: unknown, root: string): string | undefined {
  const said = fault instanceof Error && 'stderr' in fault ? String(fault.stderr) : ''
  if (!said.includes('dubious ownership')) return undefined
  return /dubious ownership in repository at '(.+)'/.exec(said)?.[1] ?? root
}

/** The command that makes git answer in this folder again. */
export function trustCommand(folder: string): string {
  return `git config --global --add safe.directory ${/^[\w./-]+$/.test(folder) ? folder : `'${folder.replaceAll("'", `'\\''`)}'`}`
}
