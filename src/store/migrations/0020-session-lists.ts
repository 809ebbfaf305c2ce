import { sql } from 'kysely'
import type { Migration } from './migration.js'

/** Sessions of one flow by version and by status. It only adds. */
export const sessionLists: Migration = {
  name: '0020-session-lists',
  async up(tx) {
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
