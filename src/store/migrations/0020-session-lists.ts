import { sql } from 'kysely'
import type { Migration } from './migration.js'

/**
 * Sessions of one flow by version and by status, and the document that a person picked on the page, until the attempt
 * ends. It only adds: an attempt that an older program ends has the simulator's own document in its report.
 */
export const sessionLists: Migration = {
  name: '0020-session-lists',
  async up(tx) {
    await tx.schema.alterTable('verification_sessions').addColumn('picked', 'text').execute()
    for (const [name, column] of Object.entries({ version: 'flow_version', status: 'status' })) {
      await tx.schema
        .createIndex(`sessions_of_flow_by_${name}`)
        .on('verification_sessions')
        .columns(['flow', column, 'livemode', 'created', 'id'])
        .where(sql.ref('flow'), 'is not', null)
        .execute()
    }
  },
}
