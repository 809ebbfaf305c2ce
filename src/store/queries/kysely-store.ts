import type { Store, WriteTransaction } from '../store.js'
import { apiKeyQueries } from './api-keys.js'
import { contentsQueries } from './contents.js'
import { deliveryQueries } from './deliveries.js'
import { deploymentQueries } from './deployments.js'
import { ephemeralKeyQueries } from './ephemeral-keys.js'
import { eventQueries } from './events.js'
import { flowQueries } from './flows.js'
import { idempotencyQueries } from './idempotency-keys.js'
import type { Locks } from './locks.js'
import { type Pace, YIELDING } from './pace.js'
import { rateLimitStore } from './rate-limits.js'
import { reportQueries } from './reports.js'
import { sessionQueries } from './sessions.js'
import { stateQueries } from './state.js'
import type { Db } from './tables.js'
import { webhookEndpointQueries } from './webhook-endpoints.js'

export interface KyselyStoreOptions {
  readonly label: string
  readonly locks: Locks
  /** How reads go on that take many steps. */
  readonly pace?: Pace
  readonly close: () => Promise<void>
}

/** The store over any dialect. Everything is asked and written inside transactions. */
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
        // Whoever has waited for a lock must then see what its holder wrote: no snapshot from before.
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
    reports: reportQueries(tx, pace),
    events: eventQueries(tx, pace),
    webhookEndpoints: webhookEndpointQueries(tx),
    deliveries: deliveryQueries(tx, locks, pace),
    apiKeys: apiKeyQueries(tx, pace),
    ephemeralKeys: ephemeralKeyQueries(tx),
    idempotency: idempotencyQueries(tx),
    contents: contentsQueries(tx, locks),
  }
}
