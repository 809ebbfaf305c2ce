import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Deployment } from '../model/deployment.js'

const run = promisify(execFile)

/** The commit that a folder stands at; null outside git, without git, or before the first commit. */
export async function gitCommit(folder: string): Promise<Deployment['source']> {
  const git = async (...args: string[]) => {
    // Read-only calls must not take locks or refresh the index of somebody's repository.
    const { stdout } = await run('git', ['--no-optional-locks', ...args], { cwd: folder, timeout: 10_000 })
    return stdout.trim()
  }
  try {
    const commit = await git('rev-parse', 'HEAD')
    const branch = await git('rev-parse', '--abbrev-ref', 'HEAD')
    // A list too long to be read is one of changes; where git cannot say, nobody knows that all is committed.
    const dirty = await git('status', '--porcelain', '--', '.').then(
      (changes) => changes !== '',
      () => true,
    )
    return { commit, branch: branch === 'HEAD' ? null : branch.slice(0, 255), dirty }
  } catch {
    return null
  }
}
