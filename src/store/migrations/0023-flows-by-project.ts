import type { Migration } from './migration.js'

/** The flows of one project in order of key. It only adds. */
export const flowsByProject: Migration = {
  name: '0023-flows-by-project',
  async up(tx) {
    await tx.schema.createIndex('flows_of_project_by_key').on('flows').columns(['livemode', 'project', 'key']).execute()
  },
}
