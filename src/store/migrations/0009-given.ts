import type { Migration } from './migration.js'

/**
 * Parameters of sessions that are only stored and shown. It only adds: an older program still finds the related person
 * in the old column, and what it writes there is still read.
 */
export const given: Migration = {
  name: '0009-given',
  async up(tx) {
    await tx.schema.alterTable('verification_sessions').addColumn('given', 'text').execute()
  },
}
