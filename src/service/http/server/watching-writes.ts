import { randomBytes } from 'node:crypto'
import type { Store } from '../../../store/store.js'
import { StoreError } from '../../../store/store-error.js'

/** A store, and whether it takes writes as far as anybody knows. */
export interface WatchedStore {
  readonly store: Store
  /**
   * False after a write that failed for the store's own sake, such as a full disk or a database that became read-only, until
   * a write of some size works. Whoever asks, and every smaller write that works, has that tried, at most once a second.
   */
  takesWrites(): Promise<boolean>
}

/** What has become of a store. The error is the reason. */
export type StoreChange = { readonly takesWrites: true } | { readonly takesWrites: false; readonly error: StoreError }

/** How long what a try has shown is good for, in milliseconds. */
const GOOD_FOR = 1_000

/** Watches the writes of a store. `tell` is called when it stops to take them, and when it takes them again. */
export function watchingWrites(store: Store, tell: (change: StoreChange) => void): WatchedStore {
  let isFailing = false
  let trying: Promise<void> | undefined
  let tried = 0

  const failed = (error: unknown) => {
    // Whoever waits for others has not been refused.
    if (!(error instanceof StoreError) || error.code === 'busy') return
    if (!isFailing) tell({ takesWrites: false, error })
    isFailing = true
  }
  const attempt = async () => {
    try {
      await writeSomething(store)
      if (isFailing) tell({ takesWrites: true })
      isFailing = false
    } catch (error) {
      failed(error)
    } finally {
      tried = Date.now()
      trying = undefined
    }
  }
  const attempted = async () => {
    if (trying === undefined && Date.now() - tried < GOOD_FOR) return
    trying ??= attempt()
    await trying
  }
  return {
    store: {
      label: store.label,
      read: (work) => store.read(work),
      async write(work) {
        try {
          const result = await store.write(work)
          // A small write may have found room where others find none.
          if (isFailing) void attempted()
          return result
        } catch (error) {
          failed(error)
          throw error
        }
      },
      rateLimits: store.rateLimits,
      close: () => store.close(),
    },
    async takesWrites() {
      if (isFailing) await attempted()
      return !isFailing
    },
  }
}

/** More than fits into what happens to be free in the pages that a store has. */
const SIZE = 32 * 1024

/**
 * Writes an answer that nobody asked for, and takes it away. It is past its time from the beginning: should the process
 * end in between, it goes with the others of that kind.
 */
async function writeSomething(store: Store): Promise<void> {
  const key = `readiness ${randomBytes(8).toString('hex')}`
  // At random, so that no compression makes it small.
  const body = randomBytes(SIZE / 2).toString('hex')
  const about = {
    livemode: false,
    api_key: null,
    fingerprint: '',
    resource: '',
    request: null,
    status: 200,
    created: 0,
  }
  await store.write((tx) => tx.idempotency.insert({ ...about, key, body }))
  await store.write((tx) => tx.idempotency.forget(1))
}
