import type { Migration } from './migration.js'

/** The request that got a stored answer first; retries report its id. */
export const originalRequest: Migration = {
  name: '0007-original-request',
  async up(tx) {
    await tx.schema.alterTable('idempotency_keys').addColumn('request', 'text').execute()
  },
}
