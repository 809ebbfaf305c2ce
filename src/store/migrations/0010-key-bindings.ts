import type { Migration } from './migration.js'

/**
 * What a key is bound to, and who revoked it. It only adds: an older program does not know bindings, so it is not to
 * find a key that has some. Such a key is stored under another hash, which only this version looks for.
 */
export const keyBindings: Migration = {
  name: '0010-key-bindings',
  async up(tx) {
    for (const column of ['project', 'flows', 'addresses', 'revoked_by'] as const) {
      await tx.schema.alterTable('api_keys').addColumn(column, 'text').execute()
    }
  },
}
