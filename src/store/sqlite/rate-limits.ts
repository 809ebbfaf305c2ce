import { closeSync, openSync } from 'node:fs'
import type { Kysely } from 'kysely'
import { createRateWindows } from '../migrations/0002-service.js'
import { rateLimitStore } from '../queries/rate-limits.js'
import type { RateLimits } from '../rate-limits.js'
import { patient } from './busy.js'
import { type Connection, connect, type Place } from './connect.js'

/** Nobody counts for longer: a limit that cannot be counted holds up no request. */
const PATIENCE = 2_000

/**
 * Rate limits in a file of their own beside the store, made when it is first asked: in the store itself every request
 * would stand in line behind whoever writes, and wait for the disk. The file may be deleted at any time.
 */
export function rateLimitsBeside({ Driver, file: storeFile }: Place): RateLimits & { close(): Promise<void> } {
  const file = `${storeFile}-limits`
  const label = `rate limits ${file}`
  const place = { Driver, file, label, whileBusy: patient(label, PATIENCE), migrations: undefined }
  let opened: Promise<Connection> | undefined
  const limits = async () => {
    opened ??= open(place)
    const { db } = await opened.catch((error) => {
      opened = undefined
      throw error
    })
    return rateLimitStore(db)
  }
  return {
    take: async (...wanted) => (await limits()).take(...wanted),
    forget: async (before) => (await limits()).forget(before),
    close: async () => (await opened?.catch(() => undefined))?.close(),
  }
}

async function open(place: Place): Promise<Connection> {
  // Readable by its owner only, as everything beside it.
  closeSync(openSync(place.file, 'a', 0o600))
  // Without full syncs a power cut may lose the last seconds of counting, but never damages the file.
  const connection = await connect(place, () => new place.Driver(place.file), {
    prepare: (database) => database.exec('pragma journal_mode = wal; pragma synchronous = normal'),
  })
  try {
    await connection.db.transaction().execute((tx) => createRateWindows(tx as unknown as Kysely<unknown>))
    return connection
  } catch (error) {
    await connection.close()
    throw error
  }
}
