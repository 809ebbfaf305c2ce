import { setTimeout as sleep } from 'node:timers/promises'
import type { Store } from '../store.js'
import { busy, isCollision, isNeverBegun } from './failure.js'

/** How often work is begun, at most. */
const MOST_TRIES = 6
/** The longest wait before the second try, in milliseconds; it doubles with every further one. */
const FIRST_WAIT = 10

/**
 * The store, with work done again where that is safe: the server gave it up because it was in the way of other work, or
 * its connection was dead before it began.
 */
export function retrying(store: Store): Store {
  const retried = async <T>(work: () => Promise<T>): Promise<T> => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await work()
      } catch (error) {
        if (isNeverBegun(error) && tries < MOST_TRIES) continue
        if (!isCollision(error)) throw error
        if (tries === MOST_TRIES) throw busy(error, store.label)
        // At random, so that the same two do not meet again.
        await sleep(Math.random() * FIRST_WAIT * 2 ** tries)
      }
    }
  }
  return {
    label: store.label,
    read: (work) => retried(() => store.read(work)),
    write: (work) => retried(() => store.write(work)),
    rateLimits: {
      take: (...wanted) => retried(() => store.rateLimits.take(...wanted)),
      forget: (before) => retried(() => store.rateLimits.forget(before)),
    },
    close: () => store.close(),
  }
}
