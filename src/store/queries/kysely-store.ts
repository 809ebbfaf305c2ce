import type { Store, WriteTransaction } from '../store.js'
import { contentsQueries } from './contents.js'
import { direct } from './direct.js'
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
import { SnapshotMoved } from './rows/alone.js'
import { type Pace, YIELDING } from './rows/pace.js'
import { reportQueries } from './sessions/reports.js'
import { sessionCountQueries } from './sessions/session-counts.js'
import { sessionQueries } from './sessions/sessions.js'
import type { Db } from './tables.js'
import { deliveryQueries } from './webhooks/deliveries.js'
import { eventQueries } from './webhooks/events.js'
import { webhookEndpointQueries } from './webhooks/webhook-endpoints.js'
import { workQueries } from './work/work.js'

export interface KyselyStoreOptions {
  readonly label: string
  readonly locks: Locks
  /** How long reads go on after their first step. */
  readonly pace?: Pace
  readonly close: () => Promise<void>
}

/** The store over any dialect. Everything is read and written inside transactions. */
export function kyselyStore(db: Db, { label, locks, pace = YIELDING, close }: KyselyStoreOptions): Store {
  const reading = db.transaction().setAccessMode('read only').setIsolationLevel('repeatable read')
  // After a wait for a lock, the work must see what the holder wrote: no earlier snapshot.
  const writing = db.transaction().setIsolationLevel('read committed')
  return {
    label,
    read: async (work) => {
      for (;;) {
        try {
          return await reading.execute((tx) => direct(tx, (db) => work(new Queries(db, locks, pace))))
        } catch (error) {
          if (!(error instanceof SnapshotMoved)) throw error
        }
      }
    },
    write: (work) =>
      writing.execute((tx) =>
        direct(tx, async (db) => {
          await locks.enter(db)
          return work(new Queries(db, locks, YIELDING))
        }),
      ),
    rateLimits: rateLimitStore(db),
    close,
  }
}

/**
 * Each group of queries is made when it is asked for: most transactions need few. That of the webhook endpoints is kept,
 * as it remembers some.
 */
class Queries implements WriteTransaction {
  readonly #tx: Db
  readonly #locks: Locks
  readonly #pace: Pace
  #endpoints: ReturnType<typeof webhookEndpointQueries> | undefined

  constructor(tx: Db, locks: Locks, pace: Pace) {
    this.#tx = tx
    this.#locks = locks
    this.#pace = pace
  }

  lock(name: string) {
    return this.#locks.lock(this.#tx, name)
  }

  tryLock(name: string) {
    return this.#locks.tryLock(this.#tx, name)
  }

  get state() {
    return stateQueries(this.#tx)
  }

  get flows() {
    return flowQueries(this.#tx, this.#pace)
  }

  get deployments() {
    return deploymentQueries(this.#tx, this.#pace)
  }

  get sessions() {
    return sessionQueries(this.#tx, this.#pace)
  }

  get sessionCounts() {
    return sessionCountQueries(this.#tx, this.#locks)
  }

  get reports() {
    return reportQueries(this.#tx, this.#pace)
  }

  get events() {
    return eventQueries(this.#tx, this.#pace)
  }

  get webhookEndpoints() {
    this.#endpoints ??= webhookEndpointQueries(this.#tx)
    return this.#endpoints
  }

  get deliveries() {
    return deliveryQueries(this.#tx, this.#locks, this.#pace)
  }

  get apiKeys() {
    return apiKeyQueries(this.#tx, this.#pace)
  }

  get ephemeralKeys() {
    return ephemeralKeyQueries(this.#tx)
  }

  get signIns() {
    return signInQueries(this.#tx)
  }

  get reviews() {
    return reviewQueries(this.#tx)
  }

  get auditLog() {
    return auditLogQueries(this.#tx, this.#pace)
  }

  get idempotency() {
    return idempotencyQueries(this.#tx)
  }

  get work() {
    return workQueries(this.#tx)
  }

  get contents() {
    return contentsQueries(this.#tx, this.#locks)
  }
}
