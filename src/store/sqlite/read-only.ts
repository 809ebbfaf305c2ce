import { existsSync } from 'node:fs'
import { migrate, tooNew, tooOld } from '../migrations/migrations.js'
import { kyselyStore } from '../queries/kysely-store.js'
import type { Pace } from '../queries/pace.js'
import type { Store } from '../store.js'
import { connect, IN_MEMORY, type Place } from './connect.js'
import { soleWriter } from './locks.js'

/**
 * A store for reading that never creates, migrates or writes. A file that is not there reads as an empty store; every
 * read looks for it again until it is there, so a reader opened early sees what a writer makes later.
 */
export function readOnlyStore(place: Place, pace?: Pace): Store {
  let opened: Promise<Store | null> | undefined
  let empty: Promise<Store> | undefined
  const store = async (): Promise<Store> => {
    opened ??= openIfThere(place, pace)
    const found = await opened.catch((error) => {
      opened = undefined
      throw error
    })
    if (found) return found
    opened = undefined
    empty ??= emptyStore(place)
    return empty
  }
  const refuse = async () => {
    throw new Error(`${place.label} is open for reading only`)
  }
  return {
    label: place.label,
    read: async (work) => (await store()).read(work),
    write: refuse,
    rateLimits: { take: refuse, forget: refuse },
    close: async () => {
      await (await opened?.catch(() => null))?.close()
      await (await empty)?.close()
    },
  }
}

/** null where there is no store yet: no file, or one that its writer has not filled yet. */
async function openIfThere(place: Place, pace: Pace | undefined): Promise<Store | null> {
  const { Driver, file, label } = place
  if (!existsSync(file)) return null
  const { db, age, close } = await connect(place, () => new Driver(file, { readOnly: true }))
  if (age === 'current') return kyselyStore(db, { label, locks: soleWriter, close, ...(pace && { pace }) })
  await close()
  if (age === 'too_new') throw tooNew(label)
  if (age === 'too_old') throw tooOld(label)
  return null
}

async function emptyStore(place: Place): Promise<Store> {
  const { db, close } = await connect({ ...place, file: IN_MEMORY }, () => new place.Driver(IN_MEMORY))
  await migrate(db, place)
  // It has no id that anybody could find again.
  await db.updateTable('meta').set({ value: '' }).where('name', '=', 'store_id').execute()
  return kyselyStore(db, { label: place.label, locks: soleWriter, close })
}
