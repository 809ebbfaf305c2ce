import type { Migration } from './migration.js'

/**
 * Which flow at Stripe each flow is bound to, and what the newest session of such a flow showed of it. It only adds: an
 * older program refuses to write a bound flow's configuration, and never reads the rest.
 */
export const boundFlows: Migration = {
  name: '0012-bound-flows',
  async up(tx) {
    await tx.schema.alterTable('flows').addColumn('stripe_flow', 'text').execute()
    await tx.schema
      .createIndex('flows_bound')
      .on('flows')
      .columns(['livemode', 'stripe_flow'])
      .where('stripe_flow' as never, 'is not', null)
      .execute()
    await tx.schema
      .createTable('sightings')
      .addColumn('livemode', 'integer', (column) => column.notNull())
      .addColumn('stripe_flow', 'text', (column) => column.notNull())
      .addColumn('options', 'text', (column) => column.notNull())
      .addColumn('session', 'text', (column) => column.notNull())
      .addColumn('created', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('sightings_key', ['livemode', 'stripe_flow'])
      .execute()
  },
}
