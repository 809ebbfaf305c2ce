import type { Migration } from './migration.js'

/**
 * Where each delivery stands in line for its endpoint, so that whoever looks for what is due finds it at once, however
 * much is pending. Deliveries that are there already have no place; they are given one as they are come across.
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
    // What an older program made pending, or ended. Both are empty while there is none at work.
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
