import type { Store, WriteTransaction } from '../../src/store/store.js'

/** A transaction that has begun its work and is not over: the others have to do with that. */
export interface Held {
  end(): Promise<void>
}

/** Begins a transaction, and leaves it open until it is told to end. */
export async function held(store: Store, begin: (tx: WriteTransaction) => Promise<unknown>): Promise<Held> {
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  let whole: Promise<void> = Promise.resolve()
  await new Promise<void>((resolve, reject) => {
    whole = store.write(async (tx) => {
      await begin(tx)
      resolve()
      await released
    })
    whole.catch(reject)
  })
  return {
    async end() {
      release()
      await whole
    },
  }
}
