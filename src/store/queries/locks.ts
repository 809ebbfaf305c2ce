import type { Db } from './tables.js'

/** Locks by name, in the dialect's own words. They are held until the transaction ends, however it ends. */
export interface Locks {
  lock(tx: Db, name: string): Promise<void>
  tryLock(tx: Db, name: string): Promise<boolean>
}
