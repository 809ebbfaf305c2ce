import type { Kysely } from 'kysely'
import { createRateWindows } from '../migrations/0002-service.js'
import { rateLimitStore } from '../queries/keys/rate-limits.js'
import type { RateLimits } from '../rate-limits.js'
import { StoreError } from '../store-error.js'
import { patient } from './busy.js'
import { type Connection, connect, type Place } from './connect.js'
import { makeFile } from './file/make-file.js'

/** Nobody counts for longer: a limit that cannot be counted holds up no request. In milliseconds. */
const PATIENCE = 200
/** How long a file that could not be used is left alone, in milliseconds, so that nobody waits for it: twice as long each time. */
const PAUSE = { first: 100, longest: 5_000 }
/** How often in a row it is locked before that is worth a word: some process may only have been slow. */
const WORTH_A_WORD = 3

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

  /** Fails at once for a while after it failed; says so once, and once more when it is over. */
  const counted = async <T>(count: (limits: RateLimits) => Promise<T>): Promise<T> => {
    if (failure !== undefined && Date.now() < failure.until) throw failure.error
    try {
      const result = await count(rateLimitStore((await connection()).db))
      failure = undefined
      if (isTold) tell(`${label} can be used again: requests are counted`)
      isTold = false
      return result
    } catch (error) {
      // One of many that began before it failed.
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
