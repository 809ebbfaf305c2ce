import { networkOf } from '../../network.js'

/** How many requests of one address may fail for their key in a minute. */
export const MOST_FAILURES = 60
const WINDOW = 60_000

/** Above this many addresses, the one that came first is forgotten: what is kept stays small, whoever knocks. */
const MOST_ADDRESSES = 10_000

interface Failures {
  readonly until: number
  count: number
}

/**
 * Counts requests with no key or a wrong one, by address, in this process alone. A valid key is never refused for what
 * others do at the same address: behind a proxy that is everybody.
 */
export function failedKeys(clock: () => number = Date.now): { count(ip: string): number | null } {
  const failures = new Map<string, Failures>()
  return {
    /** Counts one more. Answers in how many seconds the address may fail again, null when it still may. */
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
