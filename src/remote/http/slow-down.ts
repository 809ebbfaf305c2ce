import type { Exchange } from './exchange.js'

/** How long is waited, in milliseconds, where the far side does not say. */
const WAIT = 1000

/**
 * How long to wait before a request is sent again that was refused as one too many, and so did nothing; in milliseconds.
 * Undefined where that is not why, or where the far side says that waiting is of no use.
 */
export function waitAfter(received: Exchange): number | undefined {
  if ('fault' in received || received.status !== 429) return undefined
  const { headers } = received
  if (headers.get('stripe-should-retry') === 'false') return undefined
  const wait = asked(headers.get('retry-after'))
  // Those who were refused together do not come back together.
  return wait + Math.random() * Math.max(WAIT / 4, Math.min(wait, WAIT))
}

/** Seconds, or the time of day. */
function asked(after: string | null): number {
  const text = after?.trim() ?? ''
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now()
  return Number.isNaN(wait) ? WAIT : Math.max(0, wait)
}
