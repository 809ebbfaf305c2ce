import { chownSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const NOBODY = 65534

/**
 * Does something in a folder without root's right to read and write everything, so that what happens to other users
 * can be tested as root too. The folder is handed over to "nobody".
 */
export function unprivileged<T>(folder: string, work: () => T): T {
  const { getuid, seteuid, setegid } = process
  if (getuid?.() !== 0 || !seteuid || !setegid) return work()
  for (const name of ['', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })]) {
    chownSync(join(folder, name), NOBODY, NOBODY)
  }
  setegid(NOBODY)
  seteuid(NOBODY)
  try {
    return work()
  } finally {
    seteuid(0)
    setegid(0)
  }
}
