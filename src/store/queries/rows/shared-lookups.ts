import DataLoader from 'dataloader'
import { StoreError } from '../../store-error.js'
import type { Db } from '../tables.js'
import { type Found, firstOf, type Keys, type Lookup } from './lookup.js'
import { toParameter } from './parameter.js'

/** Finds rows for many callers at once, outside of their transactions. */
export interface SharedLookups {
  /** False for a while after one got no answer: then each caller had better ask in a transaction of its own. */
  readonly areAnswered: boolean
  /** Says that a statement outside of a transaction failed, and why. */
  failed(error: unknown): void
  /** Throws at once for a key that no driver takes. */
  find(lookup: Lookup<unknown>, keys: Keys): Promise<Found | undefined>
  /** Resolves once no lookup is waited for any more. */
  settled(): Promise<void>
}

export interface LookupOptions {
  /** Whether an error says that a statement got no answer. */
  readonly isUnanswered?: ((error: unknown) => boolean) | undefined
}

/** The most callers that share a statement: it has places for two keys of each. */
const MOST_TOGETHER = 64

/** How long callers ask by themselves after a statement got no answer, in milliseconds. */
const REST = 60_000

/**
 * Lookups that are asked for in the same turn of the event loop share one statement. It begins after all of them were
 * asked for, so each sees what was committed before that.
 */
export function sharedLookups(db: Db, { isUnanswered = () => false }: LookupOptions = {}): SharedLookups {
  const loaders = new Map<Lookup<unknown>, DataLoader<Keys, Found | undefined>>()
  const underWay = new Set<Promise<unknown>>()
  let rest = 0

  const failed = (error: unknown) => {
    if (isUnanswered(error)) rest = performance.now() + REST
  }
  const loaderOf = (lookup: Lookup<unknown>) => {
    const ask = async (wanted: readonly Keys[]) => {
      try {
        const { rows } = await db.executeQuery(lookup.query(db, wanted.flat()))
        return wanted.map((own) => firstOf(rows, own))
      } catch (error) {
        failed(error)
        throw error
      }
    }
    /** What the database refuses, it may refuse because of one caller's key: then each asks for its own. */
    const askAll = async (wanted: readonly Keys[]): Promise<readonly (Found | undefined | Error)[]> => {
      try {
        return await ask(wanted)
      } catch (error) {
        if (wanted.length === 1 || error instanceof StoreError || isUnanswered(error)) throw error
        return Promise.all(
          wanted.map((own) =>
            ask([own]).then(
              ([found]) => found,
              (one: Error) => one,
            ),
          ),
        )
      }
    }
    const noted = (wanted: readonly Keys[]) => {
      const answer = askAll(wanted)
      underWay.add(answer)
      void answer.catch(() => {}).then(() => underWay.delete(answer))
      return answer
    }
    const loader = new DataLoader(noted, { cache: false, maxBatchSize: MOST_TOGETHER, batchScheduleFn: setImmediate })
    loaders.set(lookup, loader)
    return loader
  }
  return {
    get areAnswered() {
      return performance.now() >= rest
    },
    failed,
    find(lookup, keys) {
      // A key that no driver takes must not fail the lookups of others.
      for (const key of keys) toParameter(key ?? null)
      return (loaders.get(lookup) ?? loaderOf(lookup)).load(keys)
    },
    async settled() {
      // Those that were asked for in this turn are on their way after it.
      await new Promise((resolve) => setImmediate(resolve))
      await Promise.allSettled(underWay)
    },
  }
}
