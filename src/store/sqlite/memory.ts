import { migrate } from '../migrations/migrations.js'
import { kyselyStore } from '../queries/kysely-store.js'
import type { Store } from '../store.js'
import { patient } from './busy.js'
import { connect, IN_MEMORY } from './connect.js'
import { loadDriver } from './database.js'
import { soleWriter } from './locks.js'

/** A store in the memory of this process, gone when it is closed. Throws StoreError if there is no driver. */
export async function openMemoryStore(): Promise<Store> {
  const label = 'store in memory'
  const Driver = await loadDriver()
  // Nobody else can have it open, so nothing is ever waited for.
  const place = { Driver, file: IN_MEMORY, label, whileBusy: patient(label, 0), migrations: undefined }
  const { db, close } = await connect(place, () => new Driver(IN_MEMORY), {
    prepare: (database) => database.exec('pragma foreign_keys = on'),
  })
  await migrate(db, place)
  return kyselyStore(db, { label, locks: soleWriter, close })
}
