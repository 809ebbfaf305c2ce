import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgresServer } from './postgres-server.js'
import { tellOfTerraform } from './terraform.js'

/** Once before the tests: a database server, and the built program, since commands are tested as users run them. */
export default async function setup(): Promise<() => Promise<void>> {
  tellOfTerraform()
  const memory = folderInMemory()
  if (memory !== undefined) process.env.TMPDIR = memory
  const server = await startPostgresServer()
  // CI has just built it, and runs the tests twice.
  for (const script of process.env.FLOWS_TEST_BUILT === 'true' ? [] : ['generate', 'bundle']) {
    execFileSync('npm', ['run', '--silent', script], { stdio: 'inherit', shell: process.platform === 'win32' })
  }
  // The key that seals the cache lives in the home folder; tests leave that alone.
  const home = mkdtempSync(join(tmpdir(), 'flows-home-'))
  process.env.XDG_CACHE_HOME = home
  const tearDown = async () => {
    await server.stop()
    for (const folder of [home, memory]) if (folder) rmSync(folder, { recursive: true, force: true })
  }
  await server.ready().catch(async (error) => {
    await tearDown()
    throw error
  })
  return tearDown
}

/**
 * Where the system has a file system in memory, with room and for programs too, the tests' folders lie there: the stores
 * wait for the disk at every commit, which is half the time of a test that writes much. Open to all users, as /tmp is.
 */
function folderInMemory(): string | undefined {
  const root = '/dev/shm'
  try {
    const { bavail, bsize } = statfsSync(root)
    if (bavail * bsize < ROOM) return undefined
    const folder = mkdtempSync(join(root, 'flows-'))
    chmodSync(folder, 0o1777)
    const program = join(folder, 'program')
    try {
      writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 })
      execFileSync(program)
      rmSync(program)
    } catch {
      rmSync(folder, { recursive: true, force: true })
      return undefined
    }
    return folder
  } catch {
    return undefined
  }
}

const ROOM = 4 * 1024 ** 3
