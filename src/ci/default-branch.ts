import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { branchOf } from './branch-of.js'

const execute = promisify(execFile)

/**
 * The branch that pull requests are merged into, as far as git knows without network access. In order: the remote's
 * default branch when it was cloned; a usual name that exists; the branch that is checked out, which in a new
 * repository is the first one; and without a repository, the name that git would use. Never throws: without git it is
 * "main".
 */
export async function defaultBranch(root: string): Promise<string> {
  const git = (...args: string[]) =>
    execute('git', ['--no-optional-locks', ...args], { cwd: root, timeout: 10_000 }).then(
      ({ stdout }) => stdout.trim(),
      () => '',
    )
  const configured = await git('config', '--get', 'init.defaultBranch')
  const remotes = (await git('remote')).split('\n')
  const remote = remotes.length === 1 && remotes[0] ? remotes[0] : 'origin'
  const said = branchOf(await git('symbolic-ref', `refs/remotes/${remote}/HEAD`), `refs/remotes/${remote}/`)
  if (said !== null) return said
  const usual = [configured, 'main', 'master'].filter((name) => name !== '')
  const places = usual.flatMap((name) => [`refs/remotes/${remote}/${name}`, `refs/heads/${name}`])
  const there = new Set((await git('for-each-ref', '--format=%(refname)', ...places)).split('\n'))
  const found = usual.find((name) => there.has(`refs/remotes/${remote}/${name}`) || there.has(`refs/heads/${name}`))
  return found ?? (branchOf(await git('symbolic-ref', 'HEAD')) || configured || 'main')
}
