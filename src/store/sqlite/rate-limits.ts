import type { Kysely } from 'kysely'
import { createRateWindows } from '../migrations/0002-service.js'
import { rateLimitStore } from '../queries/rate-limits.js'
import type { RateLimits } from '../rate-limits.js'
import { StoreError } from '../store-error.js'
import { patient } from './busy.js'
import { type Connection, connect, type Place } from './connect.js'
import { makeFile } from './make-file.js'

/** Nobody counts for longer: a limit that cannot be counted holds up no request. In milliseconds. */
const PATIENCE = 100
/** How long a file that could not be used is left alone, in milliseconds: until then nobody waits for it again. */
const PAUSE = 5_000

type Counting = RateLimits & { close(): Promise<void> }

/**
 * Rate limits in a file of their own beside the store, made when it is first asked: in the store itself every request
 * would stand in line behind whoever writes, and wait for the disk. The file may be deleted at any time.
 */
export function rateLimitsBeside({ Driver, file: storeFile, tell = () => {} }: Place): Counting {
  const file = `${storeFile}-limits`
  const label = `rate limits ${file}`
  const whileBusy = patient(label, PATIENCE)
  const place = { Driver, file, label, whileBusy, migrations: undefined, busyTimeout: 0 }
  let current: Connection | undefined
  let opening: Promise<Connection> | undefined
  let failure: { readonly error: unknown; readonly until: number } | undefined

  const connection = async (): Promise<Connection> => {
    if (current !== undefined && !isPresent(current)) {
      void closeInTurn(current)
      current = undefined
    }
    if (current !== undefined) return current
    opening ??= open(place).finally(() => {
      opening = undefined
    })
    current = await opening
    return current
  }

  /** Fails at once for a while after it failed; says so once, and once more when it is over. */
  const counted = async <T>(count: (limits: RateLimits) => Promise<T>): Promise<T> => {
    if (failure !== undefined && Date.now() < failure.until) throw failure.error
    try {
      const result = await count(rateLimitStore((await connection()).db))
      if (failure !== undefined) tell(`${label} can be used again: requests are counted`)
      failure = undefined
      return result
    } catch (error) {
      if (failure === undefined) tell(notCounted(label, error))
      failure = { error, until: Date.now() + PAUSE }
      throw error
    }
  }

  return {
    take: (...wanted) => counted((limits) => limits.take(...wanted)),
    forget: (before) => counted((limits) => limits.forget(before)),
    close: async () => {
      await opening?.catch(() => {})
      await current?.close()
    },
  }
}

/** Whether others who count find the same file: else each would count alone. */
function isPresent({ presence }: Connection): boolean {
  try {
    presence.check()
    return true
  } catch {
    return false
  }
}

/** After those who are counting. */
async function closeInTurn({ db, close }: Connection): Promise<void> {
  await db.connection().execute(close)
}

function notCounted(label: string, error: unknown): string {
  const why = error instanceof Error ? error.message : String(error)
  return `${label} cannot be used: requests are let through uncounted until they can be (${why})`
}

async function open(place: Place): Promise<Connection> {
  try {
    makeFile(place.file)
  } catch (cause) {
    throw new StoreError('unreadable', `${place.label} cannot be used: ${(cause as Error).message}`, { cause })
  }
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
