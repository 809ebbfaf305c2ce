import { networkOf } from '../../network.js'

/** How many requests from one address may fail per minute because of their key. */
export const MOST_FAILURES = 60
const WINDOW = 60_000

/** Above this many addresses the oldest is forgotten, so that the memory stays small. */
const MOST_ADDRESSES = 10_000

interface Failures {
  readonly until: number
  count: number
}

/**
 * Counts requests with no key or a wrong key, by address, in this process only. A valid key is never refused because of
 * others at the same address: behind a proxy all clients share one.
 */
export function failedKeys(clock: () => number = Date.now): { count(ip: string): number | null } {
  const failures = new Map<string, Failures>()
  return {
    /** Counts one more. Answers the seconds until the address may fail again, or null while it still may. */
    count(ip) {
      const now = clock()
      const address = networkOf(ip)
      const known = failures.get(address)
      const current = known !== undefined && known.until > now ? known : { until: now + WINDOW, count: 0 }
      if (current !== known) {
        failures.delete(address)
        failures.set(address, current)
        const [oldest] = failures.keys()
        if (failures.size > MOST_ADDRESSES && oldest !== undefined) failures.delete(oldest)
      }
      current.count += 1
      return current.count > MOST_FAILURES ? Math.ceil((current.until - now) / 1000) : null
    },
  }
}
