import { randomBytes } from 'node:crypto'
import { lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { putInPlace, temporaryFor } from '../../files/put-in-place.js'

const LENGTH = 32

/**
 * A secret of this user on this machine, kept outside of every project. The cache lies inside the project, where a
 * commit could plant one that claims what the definitions do not say; without this key it counts as foreign.
 */
export function readCacheKey(): Buffer | undefined {
  try {
    const key = readFileSync(keyFile())
    return key.length === LENGTH ? key : undefined
  } catch {
    return undefined
  }
}

/** The key, made when there is none. Throws where the home folder cannot be written. */
export function makeCacheKey(): Buffer {
  const present = readCacheKey()
  if (present !== undefined) return present
  const file = keyFile()
  const temporary = temporaryFor(file)
  mkdirSync(cacheKeyFolder(), { recursive: true, mode: 0o700 })
  try {
    writeFileSync(temporary, randomBytes(LENGTH), { flag: 'wx', mode: 0o600 })
    // Of two first runs at once, one makes the key and both use it. Only a damaged key makes room for another.
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

/** False where there is such a file already. */
function linked(from: string, to: string): boolean {
  try {
    putInPlace(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return false
  }
}

/** Where the key lies: the user's own folder for what may be lost, as the XDG base directories have it. */
export function cacheKeyFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'verification-flows')
}

function keyFile(): string {
  return join(cacheKeyFolder(), 'key')
}
