import type { Kysely } from 'kysely'
import { createRateWindows } from '../migrations/0002-service.js'
import { rateLimitStore } from '../queries/keys/rate-limits.js'
import type { RateLimits } from '../rate-limits.js'
import { StoreError } from '../store-error.js'
import { patient } from './busy.js'
import { type Connection, connect, type Place } from './connect.js'
import { makeFile } from './file/make-file.js'

/** The longest wait for counting, in milliseconds: a limit that cannot be counted does not hold up a request. */
const PATIENCE = 200
/** How long an unusable file is left alone, in milliseconds, so that requests do not wait; doubles each time. */
const PAUSE = { first: 100, longest: 5_000 }
/** How many times in a row it must be locked before that is reported: a process may just have been slow. */
const WORTH_A_WORD = 3

type Counting = RateLimits & { close(): Promise<void> }

/**
 * Rate limits in their own file beside the store, made on first use. In the store itself every request would queue
 * behind writers and wait for the disk. The file may be deleted at any time.
 */
export function rateLimitsBeside({ Driver, file: storeFile, tell = () => {} }: Place): Counting {
  const file = `${storeFile}-limits`
  const label = `rate limits ${file}`
  const whileBusy = patient(label, PATIENCE)
  const place = { Driver, file, label, whileBusy, migrations: undefined, busyTimeout: 0 }
  let current: Connection | undefined
  let opening: Promise<Connection> | undefined
  let failure: { readonly error: unknown; readonly until: number; readonly times: number } | undefined
  let isTold = false

  const connection = async (): Promise<Connection> => {
    if (current !== undefined && !isPresent(current)) {
      closeInTurn(current).catch(() => {})
      current = undefined
    }
    if (current !== undefined) return current
    opening ??= open(place).finally(() => {
      opening = undefined
    })
    current = await opening
    return current
  }

  /** After a failure it fails at once for a while. Reports the failure once, and once the recovery. */
  const counted = async <T>(count: (limits: RateLimits) => Promise<T>): Promise<T> => {
    if (failure !== undefined && Date.now() < failure.until) throw failure.error
    try {
      const result = await count(rateLimitStore((await connection()).db))
      failure = undefined
      if (isTold) tell(`${label} can be used again: requests are counted`)
      isTold = false
      return result
    } catch (error) {
      // One of several that began before the failure.
      if (failure !== undefined && Date.now() < failure.until) throw error
      const times = (failure?.times ?? 0) + 1
      failure = { error, times, until: Date.now() + Math.min(PAUSE.first * 2 ** (times - 1), PAUSE.longest) }
      const isWorthAWord = times >= WORTH_A_WORD || !(error instanceof StoreError && error.code === 'busy')
      if (isWorthAWord && !isTold) tell(notCounted(label, error))
      isTold ||= isWorthAWord
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

/** Whether other processes find the same file: otherwise each would count alone. */
function isPresent({ presence }: Connection): boolean {
  try {
    presence.check()
    return true
  } catch {
    return false
  }
}

/** Closes after the counts that are running. */
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
    isPlain: true,
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
