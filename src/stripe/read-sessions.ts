import { isObject } from '../model/json.js'
import { type StripeAccess, stripeClient } from './client.js'
import { type StripeFailure, stripeFailure } from './errors.js'
import type { PaceClock } from './pace.js'
import type { ListedSession } from './tally.js'

/** Where a page of sessions begins: beside a session, or at the newest. */
export interface PageQuery {
  readonly starting_after?: string
  readonly ending_before?: string
  /** Only sessions made at this time or later, in unix seconds. */
  readonly since?: number
}

interface SessionPage {
  /** Newest first. */
  readonly sessions: readonly ListedSession[]
  readonly has_more: boolean
}

/** Reads the sessions of an account. Throws StripeReadFailed. */
export type SessionReader = (query: PageQuery) => Promise<SessionPage>

/** Stripe did not answer with what was asked for, also after several tries where another try makes sense. */
export class StripeReadFailed extends Error {
  override readonly name = 'StripeReadFailed'
  readonly failure: StripeFailure

  constructor(failure: StripeFailure, cause: unknown) {
    super(failure.summary, { cause })
    this.failure = failure
  }

  /** The cursor names a session that this account does not have. */
  get isUnknownCursor(): boolean {
    const { code, param } = this.failure.answer ?? {}
    return code === 'resource_missing' && (param === 'starting_after' || param === 'ending_before')
  }
}

const PAGE = 100
const MOST_TRIES = 6
const MOST_SILENCES = 3
const FIRST_WAIT = 1000
const LONGEST_WAIT = 30_000

/** A reader for the account of a key. The pace of `access` keeps it within Stripe's limits. */
export async function sessionReader(access: StripeAccess, clock: PaceClock): Promise<SessionReader> {
  const { identity } = await stripeClient({ ...access, retries: 0 })
  return async ({ starting_after, ending_before, since }) => {
    const answer = await persistently(clock, () =>
      identity.verificationSessions.list({
        limit: PAGE,
        ...(starting_after !== undefined && { starting_after }),
        ...(ending_before !== undefined && { ending_before }),
        ...(since !== undefined && { created: { gte: since } }),
      }),
    )
    return { sessions: answer.data.map(listed), has_more: answer.has_more }
  }
}

/** Tries again after answers that say "not now", and less often where nobody answers; waits longer each time. */
async function persistently<T>(clock: PaceClock, call: () => Promise<T>): Promise<T> {
  let silences = 0
  for (let tried = 1, wait = FIRST_WAIT; ; tried += 1, wait = Math.min(wait * 2, LONGEST_WAIT)) {
    try {
      return await call()
    } catch (error) {
      const failure = stripeFailure(error)
      if (failure === undefined) throw error
      silences = failure.answer === undefined ? silences + 1 : 0
      const isLast = tried === MOST_TRIES || silences === MOST_SILENCES
      if (!failure.isRetryable || isLast) throw new StripeReadFailed(failure, error)
      await clock.sleep(wait, new AbortController().signal)
    }
  }
}

/** Only what is looked at is taken: nothing of the person goes further. */
function listed(session: {
  readonly id: string
  readonly created: number
  readonly type: string
  readonly options: unknown
  readonly verification_flow?: string | null
  readonly redaction: unknown
}): ListedSession {
  const { id, created, type, options, verification_flow = null, redaction } = session
  return { id, created, type, options: options ?? {}, verification_flow, isRedacted: isObject(redaction) }
}
