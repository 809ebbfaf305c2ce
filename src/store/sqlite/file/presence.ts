import { statSync } from 'node:fs'
import { StoreError } from '../../store-error.js'

/** The files of an open store: the store, the log of the latest writes, and the index of the log. */
const SUFFIXES = ['', '-wal', '-shm']

/** Checks that the open files are still the ones at their paths. */
export interface Presence {
  /** Throws StoreError once a file was removed or replaced; also reports it the first time. */
  check(): void
}

/** For a store in memory, which cannot be removed. */
export const ALWAYS: Presence = { check: () => {} }

export interface PresenceOptions {
  readonly file: string
  /** For people. */
  readonly label: string
  readonly tell?: ((message: string) => void) | undefined
}

/**
 * Records which files are at the store's paths now. A thousand checks take some milliseconds of processor time. An open
 * file keeps its number, so the same number means the same file.
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

/** Which file is at a path, as device and number; undefined if there is none, or it cannot be examined. */
function identityOf(path: string): string | undefined {
  try {
    const found = statSync(path, { bigint: true, throwIfNoEntry: false })
    return found && `${found.dev}:${found.ino}`
  } catch {
    return undefined
  }
}

export function gone(label: string, path: string): StoreError {
  return new StoreError(
    'gone',
    `${label} is no longer there: ${path} was removed or replaced while it was open, and what is written now would be lost; stop this program, and start it again on what is there now`,
  )
}

/** The most tries to open a file that others keep replacing. */
const TRIES = 5

/** Opens a file and makes sure that it is the one at its path, even if it is replaced at that very moment. */
export function openPresent<T extends { close(): void }>(file: string, label: string, open: () => T): T {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const before = identityOf(file)
    const opened = open()
    // A file that opening created was not there before.
    if (before === undefined || identityOf(file) === before) return opened
    opened.close()
  }
  throw gone(label, file)
}
