import type { Db } from './tables.js'

/** Locks by name, in the dialect's own words. They are held until the transaction ends, however it ends. */
export interface Locks {
  lock(tx: Db, name: string): Promise<void>
  tryLock(tx: Db, name: string): Promise<boolean>
  /** What every transaction that writes begins with: it waits while somebody has the store to himself. */
  enter(tx: Db): Promise<void>
  /** Waits for all others that write. Nobody writes from then on; those who read go on, and see what was there before. */
  lockAll(tx: Db): Promise<void>
}
