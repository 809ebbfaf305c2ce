import type { Migration } from './migration.js'

/**
 * What callers give with a session that is only kept and shown. It only adds: an older program still finds the related
 * person where it was, and what it writes there is read.
 */
export const given: Migration = {
  name: '0009-given',
  async up(tx) {
    await tx.schema.alterTable('verification_sessions').addColumn('given', 'text').execute()
  },
}
