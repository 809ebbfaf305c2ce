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
import { rateLimitStore } from './rate-limits.js'
import { reportQueries } from './reports.js'
import { sessionQueries } from './sessions.js'
import { stateQueries } from './state.js'
import type { Db } from './tables.js'
import { webhookEndpointQueries } from './webhook-endpoints.js'

/** The store over any dialect. Everything is asked and written inside transactions. */
export function kyselyStore(db: Db, label: string, locks: Locks, close: () => Promise<void>): Store {
  return {
    label,
    read: (work) =>
      db
        .transaction()
        .setAccessMode('read only')
        .setIsolationLevel('repeatable read')
        .execute((tx) => work(queriesOf(tx, locks))),
    write: (work) =>
      db
        .transaction()
        // Whoever has waited for a lock must then see what its holder wrote: no snapshot from before.
        .setIsolationLevel('read committed')
        .execute(async (tx) => {
          await locks.enter(tx)
          return work(queriesOf(tx, locks))
        }),
    rateLimits: rateLimitStore(db),
    close,
  }
}

function queriesOf(tx: Db, locks: Locks): WriteTransaction {
  return {
    lock: (name) => locks.lock(tx, name),
    tryLock: (name) => locks.tryLock(tx, name),
    state: stateQueries(tx),
    flows: flowQueries(tx),
    deployments: deploymentQueries(tx),
    sessions: sessionQueries(tx),
    reports: reportQueries(tx),
    events: eventQueries(tx),
    webhookEndpoints: webhookEndpointQueries(tx),
    deliveries: deliveryQueries(tx, locks),
    apiKeys: apiKeyQueries(tx),
    ephemeralKeys: ephemeralKeyQueries(tx),
    idempotency: idempotencyQueries(tx),
    contents: contentsQueries(tx, locks),
  }
}
