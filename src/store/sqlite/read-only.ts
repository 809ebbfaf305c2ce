import { statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { migrate, tooNew, tooOld } from '../migrations/migrations.js'
import { kyselyStore } from '../queries/kysely-store.js'
import type { Pace } from '../queries/rows/pace.js'
import type { ReadTransaction, Store } from '../store.js'
import { StoreError } from '../store-error.js'
import { connect, IN_MEMORY, type Place } from './connect.js'
import { soleWriter } from './locks.js'
import { ResultCode, resultCode } from './result-code.js'
import { openSource, PAUSE, TRIES } from './unwritable.js'

/**
 * A store for reading that never creates, migrates or writes. A missing file reads as an empty store. Every read looks
 * for it again, so a reader opened early sees what a writer makes later.
 */
export function readOnlyStore(place: Place, pace?: Pace): Store {
  let opened: Promise<Opened | null> | undefined
  let empty: Promise<Store> | undefined
  const read = async <T>(work: (tx: ReadTransaction) => Promise<T>, tries = 1): Promise<T> => {
    opened ??= openIfThere(place, pace)
    const asked = opened
    const found = await asked.catch((error) => {
      if (opened === asked) opened = undefined
      throw error
    })
    if (found?.isCurrent()) {
      try {
        return await found.read(work)
      } catch (error) {
        // Nothing is written here: a writer makes the index of the log anew, which takes rights that a reader lacks.
        if (resultCode(error) !== ResultCode.readOnly || tries === TRIES) throw error
        if (opened === asked) {
          opened = undefined
          await found.retire()
        }
        await sleep(PAUSE)
        return read(work, tries + 1)
      }
    }
    // A concurrent read may have noticed it already.
    if (opened === asked) {
      opened = undefined
      await found?.retire()
    }
    if (found !== null) return read(work, tries)
    empty ??= emptyStore(place)
    return (await empty).read(work)
  }
  const refuse = async () => {
    throw new Error(`${place.label} is open for reading only`)
  }
  return {
    label: place.label,
    read: (work) => read(work),
    write: refuse,
    rateLimits: { take: refuse, forget: refuse },
    close: async () => {
      await (await opened?.catch(() => null))?.close()
      await (await empty?.catch(() => null))?.close()
    },
  }
}

interface Opened extends Pick<Store, 'read' | 'close'> {
  isCurrent(): boolean
  /** Closes it after the last running read. */
  retire(): Promise<void>
}

/** null if there is no store yet: no file, or one that its writer has not filled yet. */
async function openIfThere(place: Place, pace: Pace | undefined): Promise<Opened | null> {
  const { label } = place
  if (!isThere(place)) return null
  const { db, age, close, isCurrent } = await openSource(place)
  if (age === 'current') {
    const store = kyselyStore(db, { label, locks: soleWriter, close, ...(pace && { pace }) })
    return closedAfterUse(store, isCurrent)
  }
  await close()
  if (age === 'too_new') throw tooNew(label)
  if (age === 'too_old') throw tooOld(label)
  return null
}

function closedAfterUse(store: Store, isCurrent: () => boolean): Opened {
  let readers = 0
  let isRetired = false
  const closeUnused = async () => {
    if (isRetired && readers === 0) await store.close()
  }
  return {
    isCurrent,
    read: async (work) => {
      readers += 1
      try {
        return await store.read(work)
      } finally {
        readers -= 1
        await closeUnused()
      }
    },
    retire: async () => {
      isRetired = true
      await closeUnused()
    },
    close: () => store.close(),
  }
}

/** A file in a folder that this user may not enter is an error, not a missing file. */
function isThere({ file, label }: Place): boolean {
  try {
    return statSync(file, { throwIfNoEntry: false }) !== undefined
  } catch (cause) {
    throw new StoreError('unreadable', `${label} cannot be used: ${(cause as Error).message}`, { cause })
  }
}

async function emptyStore(place: Place): Promise<Store> {
  const { db, close } = await connect({ ...place, file: IN_MEMORY }, () => new place.Driver(IN_MEMORY))
  await migrate(db, place)
  // An empty store has no lasting id.
  await db.updateTable('meta').set({ value: '' }).where('name', '=', 'store_id').execute()
  return kyselyStore(db, { label: place.label, locks: soleWriter, close })
}
