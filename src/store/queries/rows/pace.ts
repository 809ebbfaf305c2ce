import { setImmediate as soon } from 'node:timers/promises'
import type { ReadTransaction } from '../../store.js'

/** Called before each further step of a long read. */
export interface Pace {
  next(): Promise<void>
}

/** Lets other waiting work in this process go first. */
export const YIELDING: Pace = {
  next: async () => {
    await soon()
  },
}

/** Ends a read after its first step. */
export const QUICK: Pace = {
  next: async () => {
    throw new TakesLong()
  },
}

class TakesLong extends Error {
  override readonly name = 'TakesLong'
}

export type Read = <T>(work: (tx: ReadTransaction) => Promise<T>) => Promise<T>

/**
 * Reads that need more than one step start again with `long`, where they block nobody; `quick` must have the pace
 * QUICK. So a transaction need not say beforehand how long it takes.
 */
export function readAside(quick: Read, long: Read): Read {
  return async (work) => {
    try {
      return await quick(work)
    } catch (error) {
      if (!(error instanceof TakesLong)) throw error
      return long(work)
    }
  }
}

export interface Line {
  /** The most reads at once. */
  readonly most: number
  /** How long a read waits for its turn, in milliseconds. */
  readonly patience: number
  /** The error of a read that waited too long. */
  readonly tooLong: () => Error
}

/** Only a few of these reads run at once; the others queue. */
export function fewAtOnce(read: Read, { most, patience, tooLong }: Line): Read {
  const waiting = new Set<() => void>()
  let underWay = 0
  const turn = () =>
    new Promise<void>((resolve, reject) => {
      const go = () => {
        clearTimeout(timer)
        waiting.delete(go)
        resolve()
      }
      const timer = setTimeout(() => {
        waiting.delete(go)
        reject(tooLong())
      }, patience)
      waiting.add(go)
    })
  return async (work) => {
    // A read that ends passes its place on.
    if (underWay === most) await turn()
    else underWay += 1
    try {
      return await read(work)
    } finally {
      const [next] = waiting
      if (next === undefined) underWay -= 1
      else next()
    }
  }
}
