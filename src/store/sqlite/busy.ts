import { setTimeout as sleep } from 'node:timers/promises'
import { StoreError } from '../store-error.js'
import { ResultCode, resultCode } from './result-code.js'

/** `since` is the start of the waiting, in milliseconds; by default now. */
export type WhileBusy = <T>(attempt: () => T, since?: number) => Promise<T>

/** Failures that go away by themselves. */
const WORTH_A_TRY = new Set<number | undefined>([ResultCode.busy, ResultCode.protocol])

/**
 * Tries again while another connection holds the store, for at most `patience` milliseconds. SQLite's own waiting would
 * block this whole process, and so never get a lock that another connection of the same process holds.
 */
export function patient(label: string, patience: number): WhileBusy {
  return async (attempt, since = Date.now()) => {
    const deadline = since + patience
    for (let wait = 1; ; wait = Math.min(wait * 2, 50)) {
      try {
        return attempt()
      } catch (error) {
        if (!WORTH_A_TRY.has(resultCode(error))) throw error
        if (Date.now() > deadline) {
          const message = `${label} has been locked by another process for ${patience / 1000} seconds`
          throw new StoreError('busy', message, { cause: error })
        }
        await sleep(wait + Math.random() * wait)
      }
    }
  }
}
