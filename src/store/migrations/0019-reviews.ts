import { sql } from 'kysely'
import { IS_DRIFTED } from '../queries/flows/drifted.js'
import type { Migration } from './migration.js'

/**
 * Results that reviewers overrode; the country of a session's document, and a digest of the given email address, to list
 * sessions by; and an index of the few flows that are other than their last deployment left them. It only adds: sessions
 * of before, and of an older program that runs beside this one, are not found by country and email address.
 */
export const reviews: Migration = {
  name: '0019-reviews',
  async up(tx) {
    let table = tx.schema
      .createTable('session_reviews')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('livemode', 'integer', (column) => column.notNull())
    for (const name of ['session', 'before', 'after', 'reason'] as const) {
      table = table.addColumn(name, 'text', (column) => column.notNull())
    }
    await table
      .addColumn('actor', 'text')
      .addColumn('created', 'bigint', (column) => column.notNull())
      .execute()
    await tx.schema
      .createIndex('reviews_of_session')
      .on('session_reviews')
      .columns(['session', 'created', 'id'])
      .execute()
    for (const name of ['country', 'email_hash'] as const) {
      await tx.schema.alterTable('verification_sessions').addColumn(name, 'text').execute()
      await tx.schema
        .createIndex(`sessions_by_${name}`)
        .on('verification_sessions')
        .columns(['livemode', name, 'created', 'id'])
        .where(sql.ref(name), 'is not', null)
        .execute()
    }
    await sql`create index flows_drifted on flows (livemode, key) where ${sql.raw(IS_DRIFTED)}`.execute(tx)
  },
}
