import type { Migration } from './migration.js'

/**
 * Work outside of the store, and sessions of remote verifiers. It only adds: sessions that an older program writes are
 * verified in the service as before, and that program ignores the work written here.
 */
export const work: Migration = {
  name: '0008-work',
  async up(tx) {
    await tx.schema
      .createTable('work')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull().unique())
      .addColumn('livemode', 'integer', (column) => column.notNull())
      .addColumn('lane', 'text', (column) => column.notNull())
      .addColumn('object', 'text', (column) => column.notNull())
      .addColumn('payload', 'text')
      .addColumn('attempts', 'integer', (column) => column.notNull())
      .addColumn('next_attempt', 'bigint', (column) => column.notNull())
      .addColumn('leased_until', 'bigint')
      .addColumn('created', 'bigint', (column) => column.notNull())
      .execute()
    await tx.schema.createIndex('work_ready').on('work').columns(['lane', 'next_attempt', 'id']).execute()
    const texts = ['verifier', 'verifier_session', 'verifier_url', 'verifier_secret', 'verifier_attempt']
    for (const name of texts) await tx.schema.alterTable('verification_sessions').addColumn(name, 'text').execute()
    await tx.schema.alterTable('verification_sessions').addColumn('verifier_expires', 'bigint').execute()
    await tx.schema
      .createIndex('sessions_at_verifier')
      .on('verification_sessions')
      .columns(['verifier', 'verifier_session'])
      .where('verifier_session' as never, 'is not', null)
      .execute()
  },
}
