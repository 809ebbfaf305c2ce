import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** The newest release that is tagged, if any. */
export function newestTag(): string | undefined {
  const [newest] = git('tag', '--list', 'v*', '--sort=-version:refname').split('\n')
  return newest || undefined
}

/** Builds the program as it was at a commit or tag, with the packages of this checkout. Gives the path of the program. */
export function builtAt(commit: string, root: string): string {
  const folder = join(root, 'release')
  mkdirSync(folder)
  const archive = execFileSync('git', ['archive', commit], { maxBuffer: 1 << 30 })
  execFileSync('tar', ['-x', '-C', folder], { input: archive })
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'))
  for (const script of ['generate', 'bundle']) {
    execFileSync('npm', ['run', '--silent', script], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
  }
  return join(folder, 'dist/flows.js')
}

function git(...args: readonly string[]): string {
  return execFileSync('git', args, { encoding: 'utf8' }).trim()
}
