import { sql } from 'kysely'
import type { Migration } from './migration.js'

/**
 * The indexes for lists: the mode, one column to filter by, and the order, newest first. If one index lacks any of the
 * three, some store scans or sorts all rows of a mode.
 */
const INDEXES: Readonly<Record<string, readonly [table: string, columns: readonly string[], notNull?: string]>> = {
  flows_listed: ['flows', ['livemode', 'created', 'id']],
  flows_by_key: ['flows', ['livemode', 'key', 'created', 'id']],
  flows_by_project: ['flows', ['livemode', 'project', 'created', 'id'], 'project'],
  flows_by_status: ['flows', ['livemode', 'status', 'created', 'id']],
  deployments_listed: ['deployments', ['livemode', 'created', 'id']],
  deployments_by_project: ['deployments', ['livemode', 'project', 'created', 'id']],
  deployments_by_plan: ['deployments', ['livemode', 'plan_digest']],
  deployments_by_approval: ['deployments', ['livemode', 'approved_digest'], 'approved_digest'],
  // The flow comes last: sessions of a period are counted by flow from the index alone.
  sessions_listed: ['verification_sessions', ['livemode', 'created', 'id', 'flow']],
  // References come first: they are also looked up without a mode.
  sessions_of_flow: ['verification_sessions', ['flow', 'livemode', 'created', 'id'], 'flow'],
  sessions_of_reference: [
    'verification_sessions',
    ['livemode', 'client_reference_hash', 'created', 'id'],
    'client_reference_hash',
  ],
  sessions_of_customer: [
    'verification_sessions',
    ['livemode', 'related_customer', 'created', 'id'],
    'related_customer',
  ],
  sessions_of_account: [
    'verification_sessions',
    ['livemode', 'related_customer_account', 'created', 'id'],
    'related_customer_account',
  ],
  sessions_of_visitor: ['verification_sessions', ['livemode', 'link_visitor', 'created', 'id'], 'link_visitor'],
  sessions_by_status: ['verification_sessions', ['livemode', 'status', 'created', 'id']],
  reports_listed: ['verification_reports', ['livemode', 'created', 'id']],
  reports_of_session: ['verification_reports', ['session', 'livemode', 'created', 'id']],
  reports_of_reference: [
    'verification_reports',
    ['livemode', 'client_reference_hash', 'created', 'id'],
    'client_reference_hash',
  ],
  reports_by_type: ['verification_reports', ['livemode', 'type', 'created', 'id']],
  events_listed: ['events', ['livemode', 'created', 'id']],
  events_by_type: ['events', ['livemode', 'type', 'created', 'id']],
  deliveries_listed: ['webhook_deliveries', ['livemode', 'created', 'id']],
  deliveries_of_event: ['webhook_deliveries', ['event', 'livemode', 'created', 'id']],
  // Only for queries that name a mode: the planner must not use it to look for due deliveries.
  deliveries_of_endpoint: ['webhook_deliveries', ['livemode', 'endpoint', 'created', 'id'], 'livemode'],
  deliveries_by_status: ['webhook_deliveries', ['livemode', 'status', 'created', 'id']],
  keys_listed: ['api_keys', ['livemode', 'created', 'id']],
}

/** Indexes replaced by those above. */
const REPLACED = [
  'sessions_by_mode',
  'sessions_by_flow',
  'sessions_by_time',
  'sessions_by_reference',
  'sessions_by_visitor',
  'reports_by_mode',
  'reports_by_reference',
  'events_by_mode',
  'deliveries_by_mode',
  'deliveries_by_event',
]

export const listing: Migration = {
  name: '0005-listing',
  async up(tx) {
    for (const name of REPLACED) await tx.schema.dropIndex(name).ifExists().execute()
    for (const [name, [table, columns, notNull]] of Object.entries(INDEXES)) {
      const index = tx.schema
        .createIndex(name)
        .on(table)
        .columns([...columns])
      await (notNull === undefined ? index : index.where(sql.ref(notNull), 'is not', null)).execute()
    }
  },
}
