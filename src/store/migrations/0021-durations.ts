import { lockTable } from './lock-table.js'
import type { Migration } from './migration.js'

/** How long each deployment took, in milliseconds; null for those of before, and of an older program. It only adds. */
export const durations: Migration = {
  name: '0021-durations',
  async up(tx) {
    await lockTable(tx, 'deployments')
    await tx.schema.alterTable('deployments').addColumn('duration', 'integer').execute()
  },
}
