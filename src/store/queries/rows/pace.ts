import { setImmediate as soon } from 'node:timers/promises'
import type { ReadTransaction } from '../../store.js'

/** Asked before each further step of a read that takes many. */
export interface Pace {
  next(): Promise<void>
}

/** Lets whatever else waits in this process go first. */
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
 * Reads that need more than one step are begun again where they are in nobody's way: `quick` has to be at the pace QUICK.
 * So no transaction has to say beforehand how long it takes.
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
  /** How many reads go on at once. */
  readonly most: number
  /** How long one waits for its turn, in milliseconds. */
  readonly patience: number
  /** What a read fails with that has waited for so long. */
  readonly tooLong: () => Error
}

/** No more than a few of these reads at once: the others stand in line. */
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
    // Whoever ends hands the place on.
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
