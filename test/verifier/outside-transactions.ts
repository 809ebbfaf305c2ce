import { AsyncLocalStorage } from 'node:async_hooks'
import type { Store } from '../../src/store/store.js'
import type { Verifier } from '../../src/verifier/verifier.js'

const inside = new AsyncLocalStorage<string>()

/** The store, so that it is known of everything whether a transaction called it. */
export function watchedStore(store: Store): Store {
  return {
    label: store.label,
    read: (work) => store.read((tx) => inside.run('a read', () => work(tx))),
    write: (work) => store.write((tx) => inside.run('a write', () => work(tx))),
    rateLimits: store.rateLimits,
    close: () => store.close(),
  }
}

/** Every call of the port that may go over a network. */
const CALLS = ['open', 'update', 'cancel', 'redact', 'read', 'receive', 'changes', 'ephemeralKey'] as const

/** The verifier, of which every call throws that is made inside of a transaction of a watched store. */
export function onlyOutside<V extends Verifier>(verifier: V): { readonly verifier: V; readonly made: string[] } {
  const made: string[] = []
  const watched = new Proxy(verifier, {
    get(target, name) {
      const found: unknown = Reflect.get(target, name, target)
      if (typeof found !== 'function') return found
      const value = found.bind(target)
      if (!(CALLS as readonly unknown[]).includes(name)) return value
      return (...wanted: unknown[]) => {
        const where = inside.getStore()
        if (where !== undefined) throw new Error(`${String(name)} is called inside of ${where} transaction`)
        made.push(String(name))
        return value(...wanted)
      }
    },
  })
  return { verifier: watched, made }
}
