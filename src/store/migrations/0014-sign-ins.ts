import type { Migration } from './migration.js'

/** Who is signed in to the dashboard, and the links that sign in. It only adds tables. */
export const signIns: Migration = {
  name: '0014-sign-ins',
  async up(tx) {
    for (const table of ['sign_in_links', 'sign_ins'] as const) {
      let made = tx.schema.createTable(table).addColumn('hash', 'text', (column) => column.primaryKey().notNull())
      for (const text of ['person', 'name', 'role']) made = made.addColumn(text, 'text', (column) => column.notNull())
      const times = table === 'sign_ins' ? ['created', 'seen', 'expires'] : ['created', 'expires']
      for (const time of times) made = made.addColumn(time, 'bigint', (column) => column.notNull())
      await made.execute()
      await tx.schema.createIndex(`${table}_expires`).on(table).column('expires').execute()
    }
    await tx.schema.createIndex('sign_ins_seen').on('sign_ins').column('seen').execute()
  },
}
