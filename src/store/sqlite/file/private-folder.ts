import { existsSync, lstatSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { StoreError } from '../../store-error.js'
import type { Database, DatabaseConstructor } from '../database.js'

export interface PrivateFolder {
  readonly path: string
  remove(): void
}

const LOCK = 'in-use'
/** Between making a folder and locking it, in milliseconds; generous. */
const UNLOCKED = 60_000

/** Begins the names of all of them. */
const PREFIX = '.flows-copy-'

/**
 * A folder for copies that hold personal data: its owner's only, passed over by git. What processes have left behind that
 * were killed is cleared away first. Throws StoreError where no folder can be made.
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

/** Removes such folders of this user whose process has ended, however it ended. */
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

/** In a folder that many users write to, others may exchange theirs for something else while it is being removed. */
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

/** A lock that ends with its process, on every system, as SQLite makes them. */
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
