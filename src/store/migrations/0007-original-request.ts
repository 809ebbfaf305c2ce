import type { Migration } from './migration.js'

/** Which request got a stored answer first: a retry is told. */
export const originalRequest: Migration = {
  name: '0007-original-request',
  async up(tx) {
    await tx.schema.alterTable('idempotency_keys').addColumn('request', 'text').execute()
  },
}
