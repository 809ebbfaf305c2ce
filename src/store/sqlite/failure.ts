import { existsSync } from 'node:fs'
import type { Store } from '../store.js'
import { StoreError } from '../store-error.js'
import { gone } from './file/presence.js'
import { ResultCode, resultCode } from './result-code.js'

/** Faults of the disk, not of this program. */
const OF_THE_DISK = new Set<number | undefined>([
  ResultCode.permission,
  ResultCode.readOnly,
  ResultCode.ioError,
  ResultCode.corrupt,
  ResultCode.full,
  ResultCode.cannotOpen,
  ResultCode.tooLarge,
  ResultCode.format,
  ResultCode.notADatabase,
])

/**
 * A store of this version has every table and column that this program uses, and only numbers that it wrote. Otherwise
 * it is damaged, or another program changed it.
 */
function isOfTheTables(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (resultCode(error) === ResultCode.error)
    return /^(?:no such (?:table|column)|unsupported file|malformed|JSON cannot hold)/.test(error.message)
  // The drivers' message; their codes differ.
  return /too large to be represented as a JavaScript number/.test(error.message)
}

/** Names the store if its disk is full, or its file is damaged or unreadable. Other errors stay as they are. */
export function toStoreError(error: unknown, label: string): unknown {
  if (!OF_THE_DISK.has(resultCode(error)) && !isOfTheTables(error)) return error
  return new StoreError('unreadable', `${label} cannot be used: ${(error as Error).message}`, { cause: error })
}

/** The store, with the disk's failures as StoreErrors. */
export function tellingFailures(store: Store, file: string): Store {
  const told = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work
    } catch (error) {
      // SQLite reports an I/O error if its files go away under a statement.
      if (resultCode(error) === ResultCode.ioError && !existsSync(file)) throw gone(store.label, file)
      throw toStoreError(error, store.label)
    }
  }
  return {
    label: store.label,
    read: (work) => told(store.read(work)),
    write: (work) => told(store.write(work)),
    rateLimits: {
      take: (...wanted) => told(store.rateLimits.take(...wanted)),
      forget: (before) => told(store.rateLimits.forget(before)),
    },
    close: () => store.close(),
  }
}
