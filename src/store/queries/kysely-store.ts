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
import { reviewQueries } from './people/reviews.js'
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

function queriesOf(tx: Db, locks: Locks, pace: Pace): WriteTransaction {
  return {
    lock: (name) => locks.lock(tx, name),
    tryLock: (name) => locks.tryLock(tx, name),
    state: stateQueries(tx),
    flows: flowQueries(tx, pace),
    deployments: deploymentQueries(tx, pace),
    sessions: sessionQueries(tx, pace),
    sessionCounts: sessionCountQueries(tx, locks),
    reports: reportQueries(tx, pace),
    reviews: reviewQueries(tx),
    events: eventQueries(tx, pace),
    webhookEndpoints: webhookEndpointQueries(tx),
    deliveries: deliveryQueries(tx, locks, pace),
    apiKeys: apiKeyQueries(tx, pace),
    ephemeralKeys: ephemeralKeyQueries(tx),
    signIns: signInQueries(tx),
    idempotency: idempotencyQueries(tx),
    work: workQueries(tx),
    contents: contentsQueries(tx, locks),
  }
}
