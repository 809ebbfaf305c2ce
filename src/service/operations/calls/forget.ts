import type { WriteCall } from './call.js'

const HOUR = 60 * 60
const DAY = 24 * HOUR

/** Events are there for 30 days, as at Stripe. */
const EVENTS = 30 * DAY
const ANSWERS = DAY
/** Answers that tell the secret of a webhook endpoint or an ephemeral key: long enough for a retry after a lost answer. */
const SECRETS = HOUR
const MOST_AT_ONCE = 200

/**
 * Drops what is kept for a time only. Answers whether there may be more of it. Where somebody else is at it, there is
 * nothing to do.
 */
export async function forgetOld({ tx, now }: WriteCall): Promise<boolean> {
  // The name under which retries drop answers that are past their time.
  if (!(await tx.tryLock('idempotency'))) return false
  await tx.idempotency.forget(now - ANSWERS)
  await tx.idempotency.forget(now - SECRETS, 'we_')
  await tx.idempotency.forget(now - SECRETS, 'ephkey_')
  const forgotten = [
    await tx.ephemeralKeys.forget(now, MOST_AT_ONCE),
    await tx.events.forget(now - EVENTS, MOST_AT_ONCE),
  ]
  return forgotten.includes(MOST_AT_ONCE)
}
