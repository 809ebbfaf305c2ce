import type { Migration } from './migration.js'

/** Which keys were said to end soon. It only adds: an older program says so of no key, and one that it makes is found. */
export const endingKeys: Migration = {
  name: '0013-ending-keys',
  async up(tx) {
    await tx.schema.alterTable('api_keys').addColumn('end_told', 'integer').execute()
    await tx.schema
      .createIndex('keys_ending')
      .on('api_keys')
      .columns(['expires'])
      .where('end_told' as never, 'is', null)
      .execute()
  },
}
