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
import { signInQueries } from './people/sign-ins.js'
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
  return {
    label,
    read: (work) =>
      db
        .transaction()
        .setAccessMode('read only')
        .setIsolationLevel('repeatable read')
        .execute((tx) => work(queriesOf(tx, locks, pace))),
    write: (work) =>
      db
        .transaction()
        // After a wait for a lock, the work must see what the holder wrote: no earlier snapshot.
        .setIsolationLevel('read committed')
        .execute(async (tx) => {
          await locks.enter(tx)
          return work(queriesOf(tx, locks, YIELDING))
        }),
    rateLimits: rateLimitStore(db),
    close,
  }
}

/** Each group is made when it is asked for: most transactions need few. */
function queriesOf(tx: Db, locks: Locks, pace: Pace): WriteTransaction {
  return {
    lock: (name) => locks.lock(tx, name),
    tryLock: (name) => locks.tryLock(tx, name),
    get state() {
      return stateQueries(tx)
    },
    get flows() {
      return flowQueries(tx, pace)
    },
    get deployments() {
      return deploymentQueries(tx, pace)
    },
    get sessions() {
      return sessionQueries(tx, pace)
    },
    get sessionCounts() {
      return sessionCountQueries(tx, locks)
    },
    get reports() {
      return reportQueries(tx, pace)
    },
    get events() {
      return eventQueries(tx, pace)
    },
    get webhookEndpoints() {
      return webhookEndpointQueries(tx)
    },
    get deliveries() {
      return deliveryQueries(tx, locks, pace)
    },
    get apiKeys() {
      return apiKeyQueries(tx, pace)
    },
    get ephemeralKeys() {
      return ephemeralKeyQueries(tx)
    },
    get signIns() {
      return signInQueries(tx)
    },
    get auditLog() {
      return auditLogQueries(tx, pace)
    },
    get idempotency() {
      return idempotencyQueries(tx)
    },
    get work() {
      return workQueries(tx)
    },
    get contents() {
      return contentsQueries(tx, locks)
    },
  }
}
