import { statSync } from 'node:fs'
import { StoreError } from '../../store-error.js'

/** What SQLite has open of a store: the file, the log of what was written last, and the index that says what is in the log. */
const SUFFIXES = ['', '-wal', '-shm']

/** Whether the files that are open are still those at their paths. */
export interface Presence {
  /** Throws StoreError, and tells it the first time, once a file was removed or another was put in its place. */
  check(): void
}

/** Of files in memory, which nobody can take away. */
export const ALWAYS: Presence = { check: () => {} }

export interface PresenceOptions {
  readonly file: string
  /** For people. */
  readonly label: string
  readonly tell?: ((message: string) => void) | undefined
}

/**
 * What a store has open is that which is at its paths now. Some milliseconds of the processor's time per thousand checks:
 * a file that is open keeps its number, so whatever has the same number is the same file.
 */
export function presenceOf({ file, label, tell = () => {} }: PresenceOptions): Presence {
  const opened = SUFFIXES.map((suffix) => file + suffix).flatMap((path) => {
    const identity = identityOf(path)
    return identity === undefined ? [] : [{ path, identity }]
  })
  let isTold = false
  return {
    check() {
      const missing = opened.find(({ path, identity }) => identityOf(path) !== identity)
      if (missing === undefined) return
      const error = gone(label, missing.path)
      if (!isTold) tell(error.message)
      isTold = true
      throw error
    },
  }
}

/** Which file is at a path, as its device and number; undefined where there is none, or none that can be looked at. */
function identityOf(path: string): string | undefined {
  try {
    const found = statSync(path, { bigint: true, throwIfNoEntry: false })
    return found && `${found.dev}:${found.ino}`
  } catch {
    return undefined
  }
}

function gone(label: string, path: string): StoreError {
  return new StoreError(
    'gone',
    `${label} is no longer there: ${path} was removed or replaced while it was open, and what is written now would be lost; stop this program, and start it again on what is there now`,
  )
}

/** How often a file is opened that others keep replacing. */
const TRIES = 5

/** Opens a file so that what is open is what is at its path, also where another is put there at that very moment. */
export function openPresent<T extends { close(): void }>(file: string, label: string, open: () => T): T {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const before = identityOf(file)
    const opened = open()
    // A file that opening has made was none before.
    if (before === undefined || identityOf(file) === before) return opened
    opened.close()
  }
  throw gone(label, file)
}
