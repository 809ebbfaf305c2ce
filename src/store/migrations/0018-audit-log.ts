import type { Migration } from './migration.js'

/** Who did what. How and when somebody signed in is kept with the sign-in. It only adds: to old sign-ins, defaults. */
export const auditLog: Migration = {
  name: '0018-audit-log',
  async up(tx) {
    let made = tx.schema
      .createTable('audit_log')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('created', 'bigint', (column) => column.notNull())
      .addColumn('livemode', 'integer')
      .addColumn('action', 'text', (column) => column.notNull())
    for (const text of ['actor', 'actor_name', 'sign_in', 'object', 'detail', 'address', 'agent', 'request'] as const) {
      made = made.addColumn(text, 'text')
    }
    await made.execute()
    const lists = { all: [], actor: ['actor'], action: ['action'], object: ['object'] }
    for (const [name, columns] of Object.entries(lists)) {
      await tx.schema
        .createIndex(`audit_log_${name}`)
        .on('audit_log')
        .columns([...columns, 'created', 'id'])
        .execute()
    }
    const { schema } = tx
    await schema
      .alterTable('sign_ins')
      .addColumn('method', 'text', (column) => column.notNull().defaultTo('link'))
      .execute()
    // When the person last proved who they are; null where nobody said.
    await schema.alterTable('sign_ins').addColumn('authenticated', 'bigint').execute()
    await schema.alterTable('sign_ins').addColumn('address', 'text').execute()
    await schema.alterTable('sign_ins').addColumn('agent', 'text').execute()
    await schema.createIndex('sign_ins_person').on('sign_ins').columns(['person', 'seen']).execute()
  },
}
