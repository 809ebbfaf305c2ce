import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Builds the program once before the tests: commands are tested as users run them. */
export default function setup(): () => void {
  for (const script of ['generate', 'bundle']) {
    execFileSync('npm', ['run', '--silent', script], { stdio: 'inherit', shell: process.platform === 'win32' })
  }
  // The key that seals the cache lives in the home folder; tests leave that alone.
  const home = mkdtempSync(join(tmpdir(), 'flows-home-'))
  process.env.XDG_CACHE_HOME = home
  return () => rmSync(home, { recursive: true, force: true })
}
