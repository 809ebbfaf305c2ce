import type { ReadTransaction, Store, WriteTransaction } from '../../store/store.js'
import { type IdMaker, idMaker } from '../ids.js'

/** Who asks, and in which mode. The actor is the name of an API key, or a person at the embedded store. */
export interface Caller {
  readonly livemode: boolean
  readonly actor: string | null
}

/** What every operation works with: who asks, the transaction it runs in, the clock and the maker of ids. */
export interface Call<Transaction> extends Caller {
  readonly tx: Transaction
  /** Unix seconds: one moment for the whole call. */
  readonly now: number
  readonly id: IdMaker
  /** Where people reach the service, without a slash at the end; null when it has no address. */
  readonly publicUrl: string | null
}

export type ReadCall = Call<ReadTransaction>
export type WriteCall = Call<WriteTransaction>

/** Runs operations, each in one transaction of its own. */
export interface Service {
  read<T>(caller: Caller, operation: (call: ReadCall) => Promise<T>): Promise<T>
  write<T>(caller: Caller, operation: (call: WriteCall) => Promise<T>): Promise<T>
  /** Names of requests that run at this moment in this process; see idempotency.ts. */
  readonly underWay: Set<string>
}

export interface ServiceOptions {
  readonly store: Store
  /** Unix seconds. */
  readonly now?: (() => number) | undefined
  readonly id?: IdMaker | undefined
  readonly publicUrl?: (() => string | null) | undefined
}

export function service({ store, now = systemClock, id = idMaker(), publicUrl }: ServiceOptions): Service {
  const rest = () => ({ now: now(), id, publicUrl: publicUrl?.() ?? null })
  return {
    read: (caller, operation) => store.read((tx) => operation({ ...caller, ...rest(), tx })),
    write: (caller, operation) => store.write((tx) => operation({ ...caller, ...rest(), tx })),
    underWay: new Set(),
  }
}

export function systemClock(): number {
  return Math.floor(Date.now() / 1000)
}
