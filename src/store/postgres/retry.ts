import { setTimeout as sleep } from 'node:timers/promises'
import type { Store } from '../store.js'
import { busy, isCollision, lossOf } from './failure.js'

/** How often work is begun, at most. */
const MOST_TRIES = 6
/** The longest wait before the second try, in milliseconds; it doubles with every further one. */
const FIRST_WAIT = 10
/** After so many milliseconds work is not begun again: whoever asked has waited long enough. */
const LONGEST = 10_000

/**
 * The store, with work done again where that is safe: the server gave it up because it was in the way of other work, or
 * its connection was lost before the server was asked to keep it. `poolSize` connections may all be dead at once.
 */
export function retrying(store: Store, poolSize: number): Store {
  const retried = <T>(work: () => Promise<T>) => retry(work, { label: store.label, poolSize })
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

interface RetryOptions {
  /** For people. */
  readonly label: string
  readonly poolSize: number
  /** Whether doing it twice is doing it once: then it is done again even where it may have been kept. */
  readonly isRepeatable?: boolean
}

/** Does work until it is done, or fails for another reason than those above, or for too long. */
export async function retry<T>(work: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { label, poolSize, isRepeatable = false } = options
  const end = Date.now() + LONGEST
  let dead = 0
  for (let tries = 1; ; ) {
    try {
      return await work()
    } catch (error) {
      const loss = lossOf(error)
      const isWorthIt = isCollision(error) || (loss !== undefined && (loss !== 'unknown' || isRepeatable))
      if (!isWorthIt) throw error
      const isOver = Date.now() > end
      // Another connection may live: nothing is to be waited for.
      if (loss === 'never begun' && dead < poolSize && !isOver) {
        dead += 1
        continue
      }
      if (tries === MOST_TRIES || isOver) throw isCollision(error) ? busy(error, label) : error
      // At random, so that the same two do not meet again.
      await sleep(Math.random() * FIRST_WAIT * 2 ** tries)
      tries += 1
    }
  }
}
