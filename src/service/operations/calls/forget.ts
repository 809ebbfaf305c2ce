import type { WriteCall } from './call.js'

const HOUR = 60 * 60
const DAY = 24 * HOUR

/** Events are kept for 30 days, as at Stripe. */
const EVENTS = 30 * DAY
const ANSWERS = DAY
/** Answers with the secret of a webhook endpoint or an ephemeral key: long enough to retry after a lost answer. */
const SECRETS = HOUR
const MOST_AT_ONCE = 200
/**
 * Work that holds what an application gave about a person. It is given up when it is a day old, at the latest; what is
 * older waits for a verifier that no process has any more.
 */
const GIVEN_UP = [
  { kind: 'session.open', names: 'open:' },
  { kind: 'session.update', names: 'change:' },
]

/**
 * Drops records whose time is over. Answers whether more may be left. Does nothing while another process is doing it.
 */
export async function forgetOld({ tx, now }: WriteCall): Promise<boolean> {
  if (!(await tx.tryLock('idempotency'))) return false
  await tx.idempotency.forget(now - ANSWERS)
  await tx.idempotency.forget(now - SECRETS, 'we_')
  await tx.idempotency.forget(now - SECRETS, 'ephkey_')
  for (const given of GIVEN_UP) await tx.work.forget({ ...given, before: now - DAY, now })
  const forgotten = [
    await tx.ephemeralKeys.forget(now, MOST_AT_ONCE),
    await tx.events.forget(now - EVENTS, MOST_AT_ONCE),
  ]
  return forgotten.includes(MOST_AT_ONCE)
}
