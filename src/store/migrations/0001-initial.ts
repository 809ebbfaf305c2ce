import { randomBytes } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { Migration } from './migration.js'

/** Flows with their versions, deployments, sessions, keys. */
export const initial: Migration = {
  name: '0001-initial',
  async up(tx) {
    await createState(tx)
    await createFlows(tx)
    await createDeployments(tx)
    await createSessions(tx)
    await createKeys(tx)
  },
}

async function createState(tx: Kysely<unknown>): Promise<void> {
  await tx.schema
    .createTable('meta')
    .addColumn('name', 'text', (column) => column.primaryKey().notNull())
    .addColumn('value', 'text', (column) => column.notNull())
    .execute()
  await tx.schema
    .createTable('state_revision')
    .addColumn('livemode', 'integer', (column) => column.primaryKey().notNull())
    .addColumn('revision', 'bigint', (column) => column.notNull())
    .addColumn('nonce', 'text', (column) => column.notNull())
    .execute()
  const rows = tx as Kysely<{
    meta: { name: string; value: string }
    state_revision: { livemode: number; revision: number; nonce: string }
  }>
  await rows
    .insertInto('meta')
    .values({ name: 'store_id', value: randomBytes(16).toString('hex') })
    .execute()
  await rows
    .insertInto('state_revision')
    .values([0, 1].map((livemode) => ({ livemode, revision: 0, nonce: '' })))
    .execute()
}

async function createFlows(tx: Kysely<unknown>): Promise<void> {
  await tx.schema
    .createTable('flows')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('livemode', 'integer', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('project', 'text')
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('config', 'text', (column) => column.notNull())
    .addColumn('applied', 'text')
    .addColumn('applied_status', 'text')
    .addColumn('applied_key', 'text')
    .addColumn('link_token', 'text', (column) => column.notNull().unique())
    .addColumn('created', 'bigint', (column) => column.notNull())
    .addColumn('updated', 'bigint', (column) => column.notNull())
    .addColumn('updated_by', 'text')
    .addUniqueConstraint('flows_livemode_key', ['livemode', 'key'])
    .execute()
  await tx.schema
    .createTable('flow_versions')
    .addColumn('flow', 'text', (column) => column.notNull().references('flows.id'))
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('project', 'text')
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('config', 'text', (column) => column.notNull())
    .addColumn('actor', 'text')
    .addColumn('deployment', 'text')
    .addColumn('created', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('flow_versions_pk', ['flow', 'version'])
    .execute()
}

async function createDeployments(tx: Kysely<unknown>): Promise<void> {
  await tx.schema
    .createTable('deployments')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('livemode', 'integer', (column) => column.notNull())
    .addColumn('project', 'text', (column) => column.notNull())
    .addColumn('plan_digest', 'text', (column) => column.notNull())
    .addColumn('run_id', 'text', (column) => column.notNull())
    .addColumn('actor', 'text')
    .addColumn('source', 'text')
    .addColumn('allowed', 'text', (column) => column.notNull())
    .addColumn('summary', 'text', (column) => column.notNull())
    .addColumn('created', 'bigint', (column) => column.notNull())
    .addColumn('number', 'integer', (column) => column.notNull())
    .addUniqueConstraint('deployments_plan_digest', ['livemode', 'project', 'plan_digest'])
    .addUniqueConstraint('deployments_number', ['livemode', 'project', 'number'])
    .execute()
  await tx.schema
    .createTable('deployment_changes')
    .addColumn('deployment', 'text', (column) => column.notNull().references('deployments.id'))
    .addColumn('position', 'integer', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('previous_key', 'text')
    .addColumn('flow', 'text', (column) => column.notNull().references('flows.id'))
    .addColumn('base_version', 'integer')
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('before', 'text')
    .addColumn('after', 'text', (column) => column.notNull())
    .addColumn('diff_digest', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('deployment_changes_pk', ['deployment', 'position'])
    .execute()
}

async function createSessions(tx: Kysely<unknown>): Promise<void> {
  await tx.schema
    .createTable('verification_sessions')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('livemode', 'integer', (column) => column.notNull())
    .addColumn('flow', 'text', (column) => column.references('flows.id'))
    .addColumn('flow_version', 'integer')
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('options', 'text', (column) => column.notNull())
    .addColumn('metadata', 'text', (column) => column.notNull())
    .addColumn('client_reference_id', 'text')
    .addColumn('client_reference_hash', 'text')
    .addColumn('provided_details', 'text')
    .addColumn('related_customer', 'text')
    .addColumn('return_url', 'text')
    .addColumn('created', 'bigint', (column) => column.notNull())
    .execute()
  const indexes = {
    sessions_by_mode: ['livemode', 'id'],
    sessions_by_flow: ['flow', 'id'],
    sessions_by_time: ['livemode', 'created', 'flow'],
    sessions_by_reference: ['client_reference_hash', 'id'],
  }
  for (const [name, columns] of Object.entries(indexes)) {
    await tx.schema.createIndex(name).on('verification_sessions').columns(columns).execute()
  }
}

async function createKeys(tx: Kysely<unknown>): Promise<void> {
  await tx.schema
    .createTable('api_keys')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('livemode', 'integer', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull().unique())
    .addColumn('tail', 'text', (column) => column.notNull())
    .addColumn('created', 'bigint', (column) => column.notNull())
    .addColumn('created_by', 'text')
    .addColumn('revoked', 'bigint')
    .execute()
  await tx.schema
    .createTable('idempotency_keys')
    .addColumn('livemode', 'integer', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('fingerprint', 'text', (column) => column.notNull())
    .addColumn('resource', 'text', (column) => column.notNull())
    .addColumn('status', 'integer', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .addColumn('created', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('idempotency_keys_pk', ['livemode', 'key'])
    .execute()
  await tx.schema.createIndex('idempotency_keys_by_time').on('idempotency_keys').column('created').execute()
}
