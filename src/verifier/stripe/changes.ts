import type Stripe from 'stripe'
import { EVENT_TYPES } from '../../model/resources.js'
import { stripeFailure } from '../../stripe/errors.js'
import type { ChangesPage } from '../verifier.js'

/** How far back Stripe lists events, in seconds. */
const REMEMBERED = 30 * 24 * 60 * 60
/** The most time in one slice, in seconds. */
const SLICE = 24 * 60 * 60
/** Events may become visible after later ones, so the last minute is read again. */
const OVERLAP = 60
const PAGE = 100

/** Time from..to is read page by page; `after` is the last event of the page before. In seconds. */
interface Cursor {
  readonly from: number
  readonly to: number | null
  readonly after: string | null
}

/**
 * The sessions of a page of Stripe's events. Stripe lists events newest first only, so time is read in slices, oldest
 * first; within a slice the newest come first, which does no harm as sessions are then read.
 */
export async function changesSince(stripe: Stripe, cursor: string | null, now: number): Promise<ChangesPage> {
  const { from, to, after } = parse(cursor, now)
  const end = to ?? Math.min(from + SLICE, now)
  const page = await listed(stripe, { from, end, after })
  const changes = page.data.flatMap(({ data, created }) => {
    const { id } = data.object as { readonly id?: string }
    return id === undefined ? [] : [{ session: id, at: created }]
  })
  const last = page.data.at(-1)
  if (page.has_more && last !== undefined) return { changes, next: `${from}:${end}:${last.id}`, hasMore: true }
  const isAll = end >= now
  return { changes, next: String(isAll ? end - OVERLAP : end), hasMore: !isAll }
}

async function listed(
  stripe: Stripe,
  { from, end, after }: Pick<Cursor, 'from' | 'after'> & { readonly end: number },
): Promise<Stripe.ApiList<Stripe.Event>> {
  try {
    return await stripe.events.list({
      types: [...EVENT_TYPES],
      created: { gte: from, lt: end },
      limit: PAGE,
      ...(after !== null && { starting_after: after }),
    })
  } catch (error) {
    // The key is of another account now, or Stripe has forgotten the event: the slice is begun anew.
    const isUnknown = stripeFailure(error)?.answer?.code === 'resource_missing'
    if (after === null || !isUnknown) throw error
    return listed(stripe, { from, end, after: null })
  }
}

function parse(cursor: string | null, now: number): Cursor {
  const [from = '', to, after] = (cursor ?? '').split(':')
  const oldest = now - REMEMBERED
  // A slice that Stripe has begun to forget is begun anew: the event that the cursor names may be gone.
  if (!/^\d+$/.test(from) || Number(from) < oldest) return { from: oldest, to: null, after: null }
  return { from: Number(from), to: to === undefined ? null : Number(to), after: after ?? null }
}
