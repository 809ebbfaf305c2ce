import type { Db } from './tables.js'

/** Locks by name, for one dialect. They are held until the transaction ends. */
export interface Locks {
  lock(tx: Db, name: string): Promise<void>
  tryLock(tx: Db, name: string): Promise<boolean>
  /** Every writing transaction begins with this: it waits while another one holds the whole store. */
  enter(tx: Db): Promise<void>
  /** Waits for all other writers and keeps new ones out. Readers go on, and see the state from before. */
  lockAll(tx: Db): Promise<void>
}
