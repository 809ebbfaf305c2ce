import type { Exchange } from './exchange.js'

/** The wait in milliseconds, if the server does not say how long. */
const WAIT = 1000

/**
 * How long to wait before repeating a request that was refused as one too many, and so did nothing; in milliseconds.
 * Undefined if there was another reason, or if the server says that a retry is useless.
 */
export function waitAfter(received: Exchange): number | undefined {
  if ('fault' in received || received.status !== 429) return undefined
  const { headers } = received
  if (headers.get('stripe-should-retry') === 'false') return undefined
  const wait = asked(headers.get('retry-after'))
  // Random, so that clients refused together do not come back together.
  return wait + Math.random() * Math.max(WAIT / 4, Math.min(wait, WAIT))
}

/** The header has seconds or a date. */
function asked(after: string | null): number {
  const text = after?.trim() ?? ''
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now()
  return Number.isNaN(wait) ? WAIT : Math.max(0, wait)
}
