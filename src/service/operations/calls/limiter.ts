import type { RateLimits } from '../../../store/rate-limits.js'

type Permit =
  | { readonly ok: true }
  /** Seconds until there is room again. */
  | { readonly ok: false; readonly retryAfter: number }

/** Counts events, such as requests with one key, over all processes on one store. */
export interface Limiter {
  /**
   * Takes one of the `limit` permits of a scope in each window of `seconds` (at most LONGEST_WINDOW). All processes
   * together never get more than the limit; they may get a little less if one leaves its share unused.
   */
  take(scope: string, seconds: number, limit: number): Promise<Permit>
}

export interface LimiterOptions {
  readonly rateLimits: RateLimits
  /** Unix seconds. */
  readonly now: () => number
  /** Called if the store could not count. The request is then let through: a counter must not stop the service. */
  readonly failed?: ((error: unknown) => void) | undefined
}

/** In seconds. */
export const LONGEST_WINDOW = 60

/** Above this many scopes, the oldest share is dropped; if it is needed again, the store is asked again. */
const MOST_SCOPES = 10_000

/** What this process may spend of a scope in one window without asking the store. */
interface Share {
  readonly window: number
  readonly end: number
  left: number
  /** The store has nothing left until the window ends. */
  isEmpty: boolean
  asking: Promise<void> | undefined
}

const GRANTED: Permit = { ok: true }

export function limiter({ rateLimits, now, failed = () => {} }: LimiterOptions): Limiter {
  const shares = new Map<string, Share>()
  let forgotten = now()

  /** Takes a tenth at a time: that asks the store rarely, and an idle process withholds little from the others. */
  const ask = async (scope: string, share: Share, limit: number) => {
    try {
      const granted = await rateLimits.take(scope, share.window, Math.max(1, Math.floor(limit / 10)), limit)
      share.left += granted
      share.isEmpty = granted === 0
    } catch (error) {
      failed(error)
      share.left += 1
    } finally {
      share.asking = undefined
    }
  }

  const shareOf = (scope: string, seconds: number, time: number): Share => {
    const known = shares.get(scope)
    const window = time - (time % seconds)
    if (known?.window === window) return known
    const share = { window, end: window + seconds, left: 0, isEmpty: false, asking: undefined }
    shares.delete(scope)
    shares.set(scope, share)
    const [oldest] = shares.keys()
    if (shares.size > MOST_SCOPES && oldest !== undefined) shares.delete(oldest)
    return share
  }

  /** Drops old windows, in the store those of every process: any of them may have been the last to use them. */
  const forgetOld = (time: number) => {
    if (time < forgotten + LONGEST_WINDOW) return
    forgotten = time
    for (const [scope, { end }] of shares) if (end <= time) shares.delete(scope)
    rateLimits.forget(time - 2 * LONGEST_WINDOW).catch(failed)
  }

  return {
    async take(scope, seconds, limit) {
      const time = now()
      forgetOld(time)
      const share = shareOf(scope, seconds, time)
      while (share.left === 0 && !share.isEmpty) {
        share.asking ??= ask(scope, share, limit)
        await share.asking
      }
      if (share.left === 0) return { ok: false, retryAfter: Math.max(1, share.end - time) }
      share.left -= 1
      return GRANTED
    },
  }
}
