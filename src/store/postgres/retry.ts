import { setTimeout as sleep } from 'node:timers/promises'
import type { Store } from '../store.js'
import { busy, isCollision, isOutdatedStatement, lossOf } from './failure.js'

/** The most tries. */
const MOST_TRIES = 6
/** The base of the waits, in milliseconds: the longest wait doubles with every try. */
const FIRST_WAIT = 10
/** After this many milliseconds work is not tried again: the caller has waited long enough. */
const LONGEST = 10_000

/**
 * The store, with work repeated where that is safe: the server gave it up for conflicting work, or the connection was
 * lost before the commit. `poolSize` connections may all be dead at once.
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
  /** Whether doing it twice does no harm: then it is repeated even if a commit may have succeeded. */
  readonly isRepeatable?: boolean
}

/** Repeats work until it succeeds, fails for another reason, or takes too long. */
export async function retry<T>(work: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { label, poolSize, isRepeatable = false } = options
  const end = Date.now() + LONGEST
  let dead = 0
  let isAnew = false
  for (let tries = 1; ; ) {
    try {
      return await work()
    } catch (error) {
      const loss = lossOf(error)
      const isWorthIt = isCollision(error) || (loss !== undefined && (loss !== 'unknown' || isRepeatable))
      if (!isWorthIt) throw error
      const isOver = Date.now() > end
      // Whoever waited for a migration finds its statements outdated, however long that took: it begins anew, once.
      if (isOver && !isAnew && isOutdatedStatement(error)) {
        isAnew = true
        continue
      }
      // Another connection may be alive, so no wait is needed.
      if (loss === 'never begun' && dead < poolSize && !isOver) {
        dead += 1
        continue
      }
      if (tries === MOST_TRIES || isOver) throw isCollision(error) ? busy(error, label) : error
      // Random, so that the same two do not collide again.
      await sleep(Math.random() * FIRST_WAIT * 2 ** tries)
      tries += 1
    }
  }
}
