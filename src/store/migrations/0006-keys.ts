import type { Migration } from './migration.js'

/** The API key that a stored answer was made for; and keys for one session. */
export const keys: Migration = {
  name: '0006-keys',
  async up(tx) {
    // For existing answers the key is unknown.
    await tx.schema.alterTable('idempotency_keys').addColumn('api_key', 'text').execute()
    await tx.schema
      .createTable('ephemeral_keys')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('livemode', 'integer', (column) => column.notNull())
      .addColumn('hash', 'text', (column) => column.notNull().unique())
      .addColumn('tail', 'text', (column) => column.notNull())
      .addColumn('session', 'text', (column) => column.notNull())
      .addColumn('api_key', 'text')
      .addColumn('created', 'bigint', (column) => column.notNull())
      .addColumn('expires', 'bigint', (column) => column.notNull())
      .execute()
    await tx.schema.createIndex('ephemeral_keys_by_end').on('ephemeral_keys').column('expires').execute()
  },
}
