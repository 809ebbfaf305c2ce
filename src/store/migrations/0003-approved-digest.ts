import type { Migration } from './migration.js'

/** Which reviewed plan a deployment applied; each plan is applied once. */
export const approvedDigest: Migration = {
  name: '0003-approved-digest',
  async up(tx) {
    await tx.schema.alterTable('deployments').addColumn('approved_digest', 'text').execute()
    // Deployments of unsaved plans have none.
    await tx.schema
      .createIndex('deployments_approved_digest')
      .unique()
      .on('deployments')
      .columns(['livemode', 'project', 'approved_digest'])
      .where('approved_digest' as never, 'is not', null)
      .execute()
  },
}
