import type { Store } from '../../../store/store.js'
import { StoreError } from '../../../store/store-error.js'
import type { Metrics } from '../../metrics.js'

/** The store, with its failures counted. A refusal by an operation is not a failure. */
export function countingFailures(store: Store, metrics: Pick<Metrics, 'storeFailed'>): Store {
  const counted = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work
    } catch (error) {
      if (error instanceof StoreError) metrics.storeFailed(error.code)
      throw error
    }
  }
  return {
    label: store.label,
    read: (work) => counted(store.read(work)),
    write: (work) => counted(store.write(work)),
    rateLimits: {
      take: (...wanted) => counted(store.rateLimits.take(...wanted)),
      forget: (before) => counted(store.rateLimits.forget(before)),
    },
    close: () => store.close(),
  }
}
