import { randomBytes } from 'node:crypto'
import { lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { putInPlace, temporaryFor } from '../../files/put-in-place.js'

const LENGTH = 32

/**
 * A secret of this user on this machine, kept outside every project. The cache is inside the project, where a commit
 * could add a forged entry about the definitions. Without this key, an entry counts as foreign.
 */
export function readCacheKey(): Buffer | undefined {
  try {
    const key = readFileSync(keyFile())
    return key.length === LENGTH ? key : undefined
  } catch {
    return undefined
  }
}

/** The key; created if it does not exist. Throws if the home folder cannot be written. */
export function makeCacheKey(): Buffer {
  const present = readCacheKey()
  if (present !== undefined) return present
  const file = keyFile()
  const temporary = temporaryFor(file)
  mkdirSync(cacheKeyFolder(), { recursive: true, mode: 0o700 })
  try {
    writeFileSync(temporary, randomBytes(LENGTH), { flag: 'wx', mode: 0o600 })
    // If two first runs happen at once, one creates the key and both use it. Only a damaged key is replaced.
    if (!linked(temporary, file) && lstatSync(file).size !== LENGTH) {
      rmSync(file, { force: true })
      linked(temporary, file)
    }
  } finally {
    rmSync(temporary, { force: true })
  }
  const made = readCacheKey()
  if (made === undefined) throw new Error('the cache key cannot be read back')
  return made
}

/** False if such a file already exists. */
function linked(from: string, to: string): boolean {
  try {
    putInPlace(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return false
  }
}

/** The folder of the key: the user's own cache folder, by the XDG base directory rules. */
export function cacheKeyFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'verification-flows')
}

function keyFile(): string {
  return join(cacheKeyFolder(), 'key')
}
