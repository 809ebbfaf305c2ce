import type { Migration } from './migration.js'

/** Which keys are the first ones of a service: only those may be replaced when the first keys are made again. */
export const firstKeys: Migration = {
  name: '0015-first-keys',
  async up(tx) {
    await tx.schema.alterTable('api_keys').addColumn('origin', 'text').execute()
  },
}
