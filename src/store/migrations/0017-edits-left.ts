import type { Migration } from './migration.js'

/** What each deployment left for a person to edit at Stripe, and what became of that. It only adds a table. */
export const editsLeft: Migration = {
  name: '0017-edits-left',
  async up(tx) {
    let made = tx.schema
      .createTable('edits_left')
      .addColumn('deployment', 'text', (column) => column.notNull().references('deployments.id'))
      .addColumn('position', 'integer', (column) => column.notNull())
      .addColumn('livemode', 'integer', (column) => column.notNull())
    for (const text of ['flow', 'key', 'stripe_flow', 'path', 'observed', 'defined', 'session'] as const) {
      made = made.addColumn(text, 'text', (column) => column.notNull())
    }
    await made
      .addColumn('seen', 'bigint', (column) => column.notNull())
      .addColumn('made_in', 'text')
      .addColumn('made', 'bigint')
      .addColumn('superseded_by', 'text')
      .addPrimaryKeyConstraint('edits_left_key', ['deployment', 'position'])
      .execute()
    await tx.schema
      .createIndex('edits_left_open')
      .on('edits_left')
      .columns(['livemode', 'stripe_flow'])
      .where('made_in' as never, 'is', null)
      .where('superseded_by' as never, 'is', null)
      .execute()
  },
}
