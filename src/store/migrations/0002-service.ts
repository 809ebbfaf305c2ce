import { randomBytes } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { Migration } from './migration.js'

/** Results of sessions: errors, outputs and reports; events and webhooks; restricted keys; rate limits. */
export const service: Migration = {
  name: '0002-service',
  async up(tx) {
    await growSessions(tx)
    await createReports(tx)
    await createEvents(tx)
    await createWebhooks(tx)
    await growKeys(tx)
    await createRateWindows(tx)
    // Deleting a flow looks for the changes that refer to it.
    await tx.schema.createIndex('deployment_changes_by_flow').on('deployment_changes').column('flow').execute()
    await (tx as Kysely<{ meta: { name: string; value: string } }>)
      .insertInto('meta')
      .values({ name: 'signing_secret', value: randomBytes(32).toString('hex') })
      .execute()
  },
}

async function growSessions(tx: Kysely<unknown>): Promise<void> {
  const texts = ['related_customer_account', 'related_person', 'last_error', 'last_report', 'verified_outputs']
  // One statement each: not every dialect adds several columns at once.
  for (const name of [...texts, 'redaction', 'outcome', 'link_visitor']) {
    await tx.schema.alterTable('verification_sessions').addColumn(name, 'text').execute()
  }
  await tx.schema
    .alterTable('verification_sessions')
    .addColumn('attempt', 'integer', (column) => column.notNull().defaultTo(0))
    .execute()
  for (const name of ['due', 'verified_at']) {
    await tx.schema.alterTable('verification_sessions').addColumn(name, 'bigint').execute()
  }
  const indexes = { sessions_by_due: ['due'], sessions_by_visitor: ['link_visitor', 'id'] }
  for (const [name, columns] of Object.entries(indexes)) {
    // Few sessions are due, and few came through a link, so the index covers only those.
    await tx.schema
      .createIndex(name)
      .on('verification_sessions')
      .columns(columns)
      .where((columns[0] ?? '') as never, 'is not', null)
      .execute()
  }
}

async function createReports(tx: Kysely<unknown>): Promise<void> {
  await tx.schema
    .createTable('verification_reports')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('livemode', 'integer', (column) => column.notNull())
    .addColumn('session', 'text', (column) => column.notNull().references('verification_sessions.id'))
    .addColumn('flow', 'text')
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('client_reference_id', 'text')
    .addColumn('client_reference_hash', 'text')
    .addColumn('options', 'text', (column) => column.notNull())
    .addColumn('checks', 'text', (column) => column.notNull())
    .addColumn('created', 'bigint', (column) => column.notNull())
    .execute()
  const indexes = {
    reports_by_mode: ['livemode', 'id'],
    reports_by_session: ['session', 'id'],
    reports_by_reference: ['client_reference_hash', 'id'],
  }
  for (const [name, columns] of Object.entries(indexes)) {
    await tx.schema.createIndex(name).on('verification_reports').columns(columns).execute()
  }
}

async function createEvents(tx: Kysely<unknown>): Promise<void> {
  await tx.schema
    .createTable('events')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('livemode', 'integer', (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('object', 'text', (column) => column.notNull())
    .addColumn('data', 'text', (column) => column.notNull())
    .addColumn('request', 'text')
    .addColumn('api_version', 'text')
    .addColumn('created', 'bigint', (column) => column.notNull())
    .execute()
  const indexes = {
    events_by_mode: ['livemode', 'id'],
    events_by_object: ['object', 'id'],
    events_by_time: ['created'],
  }
  for (const [name, columns] of Object.entries(indexes)) {
    await tx.schema.createIndex(name).on('events').columns(columns).execute()
  }
}

async function createWebhooks(tx: Kysely<unknown>): Promise<void> {
  await tx.schema
    .createTable('webhook_endpoints')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('livemode', 'integer', (column) => column.notNull())
    .addColumn('url', 'text', (column) => column.notNull())
    .addColumn('enabled_events', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('secret', 'text', (column) => column.notNull())
    .addColumn('description', 'text')
    .addColumn('metadata', 'text', (column) => column.notNull())
    .addColumn('api_version', 'text')
    .addColumn('created', 'bigint', (column) => column.notNull())
    .execute()
  await tx.schema
    .createTable('webhook_deliveries')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('livemode', 'integer', (column) => column.notNull())
    .addColumn('event', 'text', (column) => column.notNull())
    .addColumn('object', 'text', (column) => column.notNull())
    .addColumn('endpoint', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('next_attempt', 'bigint')
    .addColumn('leased_until', 'bigint')
    .addColumn('created', 'bigint', (column) => column.notNull())
    .execute()
  await tx.schema
    .createTable('webhook_attempts')
    .addColumn('delivery', 'text', (column) => column.notNull())
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('started', 'bigint', (column) => column.notNull())
    .addColumn('duration', 'integer')
    .addColumn('response_status', 'integer')
    .addColumn('error', 'text')
    .addPrimaryKeyConstraint('webhook_attempts_pk', ['delivery', 'number'])
    .execute()
  await tx.schema
    .createIndex('deliveries_pending')
    .on('webhook_deliveries')
    .columns(['next_attempt', 'id'])
    .where('status' as never, '=', 'pending')
    .execute()
  await tx.schema
    .createIndex('deliveries_in_order')
    .on('webhook_deliveries')
    .columns(['endpoint', 'object', 'id'])
    .where('status' as never, '=', 'pending')
    .execute()
  const indexes = { deliveries_by_mode: ['livemode', 'id'], deliveries_by_event: ['event'] }
  for (const [name, columns] of Object.entries(indexes)) {
    await tx.schema.createIndex(name).on('webhook_deliveries').columns(columns).execute()
  }
}

async function growKeys(tx: Kysely<unknown>): Promise<void> {
  await tx.schema.alterTable('api_keys').addColumn('scopes', 'text').execute()
  await tx.schema.alterTable('api_keys').addColumn('expires', 'bigint').execute()
  await tx.schema.alterTable('api_keys').addColumn('last_used', 'bigint').execute()
  await tx.schema.createIndex('idempotency_keys_by_resource').on('idempotency_keys').column('resource').execute()
}

/** Also used for a file of its own, where the table may already exist. */
export async function createRateWindows(tx: Kysely<unknown>): Promise<void> {
  await tx.schema
    .createTable('rate_windows')
    .ifNotExists()
    .addColumn('scope', 'text', (column) => column.notNull())
    .addColumn('window', 'bigint', (column) => column.notNull())
    .addColumn('used', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('rate_windows_pk', ['scope', 'window'])
    .execute()
  await tx.schema.createIndex('rate_windows_by_window').ifNotExists().on('rate_windows').column('window').execute()
}
