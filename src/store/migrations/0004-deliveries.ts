import type { Migration } from './migration.js'

/**
 * The place of each delivery in its endpoint's line, so that due ones are found at once, however many are pending.
 * Existing deliveries get their place later, when they are found.
 */
export const deliveryPlaces: Migration = {
  name: '0004-deliveries',
  async up(tx) {
    await tx.schema.alterTable('webhook_deliveries').addColumn('place', 'text').execute()
    const place = 'place' as never
    const index = (name: string, columns: readonly string[]) =>
      tx.schema
        .createIndex(name)
        .on('webhook_deliveries')
        .columns([...columns])
    await index('deliveries_ready', ['endpoint', 'next_attempt', 'id']).where(place, '<>', 'behind').execute()
    await index('deliveries_first', ['endpoint', 'object']).where(place, '=', 'first').execute()
    await index('deliveries_behind', ['endpoint', 'object', 'id']).where(place, '=', 'behind').execute()
    // Rows that an older program made pending or ended. Both indexes are empty unless one is running.
    const isPending = (name: string) =>
      index(name, ['endpoint', 'object', 'id']).where('status' as never, '=', 'pending')
    await isPending('deliveries_unplaced').where(place, 'is', null).execute()
    await index('deliveries_misplaced', ['id'])
      .where('status' as never, '<>', 'pending')
      .where(place, 'is not', null)
      .execute()
    await tx.schema.dropIndex('deliveries_pending').execute()
  },
}
