import { randomBytes } from 'node:crypto'
import type { Store } from '../../../store/store.js'
import { StoreError } from '../../../store/store-error.js'

/** A store, and whether it takes writes, as far as this process knows. */
export interface WatchedStore {
  readonly store: Store
  /**
   * False after a write failed because of the store itself, such as a full disk or a read-only database, until a write
   * of some size works. Each call, and each smaller write that works, starts such a try, at most once a second.
   */
  takesWrites(): Promise<boolean>
}

/** A change in whether the store takes writes. The error is the reason. */
export type StoreChange = { readonly takesWrites: true } | { readonly takesWrites: false; readonly error: StoreError }

/** How long the result of a try stays valid, in milliseconds. */
const GOOD_FOR = 1_000

/** Watches the writes of a store. Calls `tell` when the store stops taking writes, and when it takes them again. */
export function watchingWrites(store: Store, tell: (change: StoreChange) => void): WatchedStore {
  let isFailing = false
  let trying: Promise<void> | undefined
  let tried = 0

  const failed = (error: unknown) => {
    // A busy store has not refused the write.
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
          // A small write may fit where larger ones do not.
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

/** More than the free space that may be left in a store's pages, in bytes. */
const SIZE = 32 * 1024

/**
 * Writes an idempotency record that belongs to no request, and removes it. It is expired from the start: if the process
 * ends in between, it is removed with the other expired ones.
 */
async function writeSomething(store: Store): Promise<void> {
  const key = `readiness ${randomBytes(8).toString('hex')}`
  // Random, so that it cannot be compressed.
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
