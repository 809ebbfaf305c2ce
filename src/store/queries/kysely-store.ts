import type { Store, WriteTransaction } from '../store.js'
import { contentsQueries } from './contents.js'
import { deploymentQueries } from './flows/deployments.js'
import { flowQueries } from './flows/flows.js'
import { stateQueries } from './flows/state.js'
import { apiKeyQueries } from './keys/api-keys.js'
import { ephemeralKeyQueries } from './keys/ephemeral-keys.js'
import { idempotencyQueries } from './keys/idempotency-keys.js'
import { rateLimitStore } from './keys/rate-limits.js'
import type { Locks } from './locks.js'
import { auditLogQueries } from './people/audit-log.js'
import { reviewQueries } from './people/reviews.js'
import { signInQueries } from './people/sign-ins.js'
import { type Pace, YIELDING } from './rows/pace.js'
import { sharedLookups } from './rows/shared-lookups.js'
import { reportQueries } from './sessions/reports.js'
import { sessionCountQueries } from './sessions/session-counts.js'
import { sessionQueries } from './sessions/sessions.js'
import type { Db } from './tables.js'
import { type Asking, inReading, inWriting, SnapshotMoved } from './transactions.js'
import { deliveryQueries } from './webhooks/deliveries.js'
import { eventQueries } from './webhooks/events.js'
import { webhookEndpointQueries } from './webhooks/webhook-endpoints.js'
import { workQueries } from './work/work.js'

export interface KyselyStoreOptions {
  readonly label: string
  readonly locks: Locks
  /** How long reads go on after their first step. */
  readonly pace?: Pace
  /** Whether an error says that a statement got no answer. */
  readonly isUnanswered?: (error: unknown) => boolean
  readonly close: () => Promise<void>
}

/** The store over any dialect. Everything is read and written inside transactions. */
export function kyselyStore(db: Db, { label, locks, pace = YIELDING, isUnanswered, close }: KyselyStoreOptions): Store {
  const lookups = sharedLookups(db, { isUnanswered })
  return {
    label,
    read: async (work) => {
      const run = (asking: Asking) => work(new Queries(asking, locks, pace))
      try {
        return await inReading(db, lookups, run)
      } catch (error) {
        if (!(error instanceof SnapshotMoved)) throw error
        // Where others write all the time, the first statement would move again and again.
        return inReading(db, undefined, run)
      }
    },
    write: (work) =>
      inWriting(db, async (asking) => {
        await locks.enter(asking.db)
        return work(new Queries(asking, locks, YIELDING))
      }),
    rateLimits: rateLimitStore(db),
    async close() {
      await lookups.settled()
      await close()
    },
  }
}

/**
 * Each group of queries is made when it is asked for: most transactions need few. That of the webhook endpoints is kept,
 * as it remembers some.
 */
class Queries implements WriteTransaction {
  readonly #asking: Asking
  readonly #locks: Locks
  readonly #pace: Pace
  #endpoints: ReturnType<typeof webhookEndpointQueries> | undefined

  constructor(asking: Asking, locks: Locks, pace: Pace) {
    this.#asking = asking
    this.#locks = locks
    this.#pace = pace
  }

  lock(name: string) {
    return this.#locks.lock(this.#asking.db, name)
  }

  tryLock(name: string) {
    return this.#locks.tryLock(this.#asking.db, name)
  }

  get state() {
    return stateQueries(this.#asking.db)
  }

  get flows() {
    return flowQueries(this.#asking.db, this.#pace)
  }

  get deployments() {
    return deploymentQueries(this.#asking.db, this.#pace)
  }

  get sessions() {
    return sessionQueries(this.#asking, this.#pace)
  }

  get sessionCounts() {
    return sessionCountQueries(this.#asking.db, this.#locks)
  }

  get reports() {
    return reportQueries(this.#asking.db, this.#pace)
  }

  get events() {
    return eventQueries(this.#asking.db, this.#pace)
  }

  get webhookEndpoints() {
    this.#endpoints ??= webhookEndpointQueries(this.#asking.db)
    return this.#endpoints
  }

  get deliveries() {
    return deliveryQueries(this.#asking.db, this.#locks, this.#pace)
  }

  get apiKeys() {
    return apiKeyQueries(this.#asking, this.#pace)
  }

  get ephemeralKeys() {
    return ephemeralKeyQueries(this.#asking.db)
  }

  get signIns() {
    return signInQueries(this.#asking.db)
  }

  get reviews() {
    return reviewQueries(this.#asking.db)
  }

  get auditLog() {
    return auditLogQueries(this.#asking.db, this.#pace)
  }

  get idempotency() {
    return idempotencyQueries(this.#asking.db)
  }

  get work() {
    return workQueries(this.#asking.db)
  }

  get contents() {
    return contentsQueries(this.#asking.db, this.#locks)
  }
}
