import { existsSync, lstatSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { StoreError } from '../../store-error.js'
import type { Database, DatabaseConstructor } from '../database.js'

export interface PrivateFolder {
  readonly path: string
  remove(): void
}

const LOCK = 'in-use'
/** The time between making a folder and locking it, in milliseconds; generous. */
const UNLOCKED = 60_000

/** The names of all such folders begin with it. */
const PREFIX = '.flows-copy-'

/**
 * A folder for copies with personal data: only for its owner, and ignored by git. First removes the folders of killed
 * processes. Throws StoreError if no folder can be made.
 */
export function privateFolder(Driver: DatabaseConstructor, parent: string): PrivateFolder {
  clearLeftovers(Driver, parent)
  try {
    const path = mkdtempSync(join(parent, PREFIX))
    writeFileSync(join(path, '.gitignore'), '*\n')
    const lock = locked(Driver, path)
    return {
      path,
      remove: () => {
        lock.close()
        rmSync(path, { recursive: true, force: true })
      },
    }
  } catch (cause) {
    throw new StoreError('unreadable', `${parent} cannot be written to: ${(cause as Error).message}`, { cause })
  }
}

/** Removes such folders of this user whose process has ended. */
export function clearLeftovers(Driver: DatabaseConstructor, parent: string): void {
  for (const name of foldersIn(parent)) {
    const path = join(parent, name)
    try {
      if (!isOwn(path) || isInUse(Driver, path)) continue
      rmSync(path, { recursive: true, force: true })
    } catch {
      // Gone by now.
    }
  }
}

function foldersIn(parent: string): string[] {
  try {
    return readdirSync(parent).filter((name) => name.startsWith(PREFIX))
  } catch {
    return []
  }
}

/** In a folder shared by many users, others may replace their folder by something else while it is removed. */
function isOwn(path: string): boolean {
  const found = lstatSync(path)
  return found.isDirectory() && (process.geteuid === undefined || found.uid === process.geteuid())
}

function isInUse(Driver: DatabaseConstructor, path: string): boolean {
  if (!existsSync(join(path, LOCK))) return statSync(path).mtimeMs > Date.now() - UNLOCKED
  try {
    locked(Driver, path).close()
    return false
  } catch {
    return true
  }
}

/** A lock that ends with its process on every system: SQLite's own. */
function locked(Driver: DatabaseConstructor, path: string): Database {
  const database = new Driver(join(path, LOCK))
  try {
    database.exec('pragma busy_timeout = 0; begin exclusive')
    return database
  } catch (error) {
    database.close()
    throw error
  }
}
