import { setTimeout as sleep } from 'node:timers/promises'
import { stripeFailure } from '../../stripe/errors.js'

/**
 * Makes a call again that Stripe answered with 429: there are too many requests, or the object is locked. Nothing was done
 * then, and nothing is stored under the idempotency key. The official client does not repeat it. `waits` are in
 * milliseconds; if Stripe asks for more than that, the call is left for later.
 */
export async function patiently<T>(signal: AbortSignal, waits: readonly number[], call: () => Promise<T>): Promise<T> {
  for (let tried = 0; ; tried += 1) {
    try {
      return await call()
    } catch (error) {
      const failure = stripeFailure(error)
      const wait = waits[tried]
      const asked = (failure?.retryAfter ?? 0) * 1000
      if (failure?.answer?.status !== 429 || wait === undefined || asked > LONGEST) throw error
      await sleep(Math.max(wait, asked), undefined, { signal })
    }
  }
}

/** A caller waits for most calls. */
const LONGEST = 5000
