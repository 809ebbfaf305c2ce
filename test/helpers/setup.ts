import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgresServer } from './postgres-server.js'

/** Once before the tests: a database server, and the built program, since commands are tested as users run them. */
export default async function setup(): Promise<() => Promise<void>> {
  const server = await startPostgresServer()
  for (const script of ['generate', 'bundle']) {
    execFileSync('npm', ['run', '--silent', script], { stdio: 'inherit', shell: process.platform === 'win32' })
  }
  // The key that seals the cache lives in the home folder; tests leave that alone.
  const home = mkdtempSync(join(tmpdir(), 'flows-home-'))
  process.env.XDG_CACHE_HOME = home
  const tearDown = async () => {
    await server.stop()
    rmSync(home, { recursive: true, force: true })
  }
  await server.ready().catch(async (error) => {
    await tearDown()
    throw error
  })
  return tearDown
}
