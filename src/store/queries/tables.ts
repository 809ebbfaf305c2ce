import type { Generated, Kysely } from 'kysely'
import type { AuditRecord } from '../people/audit-log.js'
import type { SignInLinkRecord, SignInRecord } from '../people/sign-ins.js'

/**
 * The tables of every dialect: only text and integers. Booleans are 0 and 1, times are unix seconds, structures are
 * JSON in text, so that no value depends on how a driver treats types.
 */
export interface Tables {
  migrations: { name: string; applied: number; breaking: number }
  meta: { name: string; value: string }
  state_revision: { livemode: number; revision: number; nonce: string }
  flows: FlowsTable
  flow_versions: FlowVersionsTable
  sightings: SightingsTable
  deployments: DeploymentsTable
  deployment_changes: DeploymentChangesTable
  edits_left: EditsLeftTable
  verification_sessions: SessionsTable
  session_counts: SessionCountsTable
  session_count_deltas: SessionCountsTable & { id: Generated<number> }
  flow_days: FlowDaysTable
  verification_reports: ReportsTable
  session_reviews: ReviewsTable
  events: EventsTable
  webhook_endpoints: WebhookEndpointsTable
  webhook_deliveries: DeliveriesTable
  webhook_attempts: AttemptsTable
  api_keys: ApiKeysTable
  ephemeral_keys: EphemeralKeysTable
  idempotency_keys: IdempotencyKeysTable
  work: WorkTable
  sign_in_links: SignInLinkRecord
  sign_ins: SignInRecord
  audit_log: AuditLogTable
  rate_windows: { scope: string; window: number; used: number }
}

export type Db = Kysely<Tables>

export type AuditLogTable = Omit<AuditRecord, 'livemode'> & { readonly livemode: number | null }

export interface FlowsTable {
  id: string
  livemode: number
  key: string
  project: string | null
  status: string
  version: number
  config: string
  applied: string | null
  applied_status: string | null
  applied_key: string | null
  link_token: string
  created: number
  updated: number
  updated_by: string | null
  /** That of `config`, by which a flow is found. */
  stripe_flow: string | null
}

interface ReviewsTable {
  id: string
  livemode: number
  session: string
  before: string
  after: string
  reason: string
  actor: string | null
  created: number
}

export interface SightingsTable {
  livemode: number
  stripe_flow: string
  options: string
  session: string
  created: number
}

export interface EditsLeftTable {
  deployment: string
  position: number
  livemode: number
  flow: string
  key: string
  stripe_flow: string
  path: string
  observed: string
  defined: string
  session: string
  seen: number
  made_in: string | null
  made: number | null
  superseded_by: string | null
}

export interface FlowVersionsTable {
  flow: string
  version: number
  action: string
  key: string
  project: string | null
  status: string
  config: string
  actor: string | null
  deployment: string | null
  created: number
}

export interface DeploymentsTable {
  id: string
  livemode: number
  project: string
  plan_digest: string
  approved_digest: string | null
  run_id: string
  actor: string | null
  source: string | null
  allowed: string
  summary: string
  created: number
  /** 1 for a project's first deployment in a mode, then counting up: an order that does not depend on clocks. */
  number: number
  /** In milliseconds; null in rows of programs older than 0021. */
  duration: number | null
}

export interface DeploymentChangesTable {
  deployment: string
  position: number
  action: string
  key: string
  previous_key: string | null
  flow: string
  base_version: number | null
  version: number
  before: string | null
  after: string
  diff_digest: string
}

export interface SessionsTable {
  id: string
  livemode: number
  flow: string | null
  flow_version: number | null
  type: string
  status: string
  options: string
  metadata: string
  client_reference_id: string | null
  /** SHA-256 of client_reference_id: some stores cannot index 5,000 characters. */
  client_reference_hash: string | null
  provided_details: string | null
  /** SHA-256 of the address in it, in lower case; null once it is redacted, and in rows of programs older than 0019. */
  email_hash: string | null
  country: string | null
  related_customer: string | null
  related_customer_account: string | null
  related_person: string | null
  given: string | null
  return_url: string | null
  last_error: string | null
  last_report: string | null
  verified_outputs: string | null
  verified_at: number | null
  redaction: string | null
  attempt: number
  outcome: string | null
  picked: string | null
  due: number | null
  link_visitor: string | null
  /** For a session of a remote verifier. */
  verifier: string | null
  verifier_session: string | null
  verifier_url: string | null
  verifier_secret: string | null
  verifier_expires: number | null
  verifier_attempt: string | null
  verifier_flow: string | null
  verifier_seen: number | null
  verifier_answers: number | null
  started: number | null
  submitted: number | null
  created: number
}

/**
 * Triggers write these tables: see the migration 0016. All sessions of a mode are also counted as those of the flow `*`,
 * without a version; those of no flow have an empty one, and those without an error an empty code.
 */
export interface SessionCountsTable {
  livemode: number
  flow: string
  /** Days since 1970 in UTC. */
  day: number
  flow_version: number
  error_code: string
  sessions: number
  started: number
  submitted: number
  processing: number
  verified: number
  /** Those verified of which it is known when they were submitted. */
  successful: number
  canceled: number
}

/** How many sessions a flow has on a day, or on so many days that begin with it. */
export interface FlowDaysTable {
  livemode: number
  span: number
  day: number
  flow: string
  sessions: number
}

export interface ReportsTable {
  id: string
  livemode: number
  session: string
  flow: string | null
  type: string
  client_reference_id: string | null
  client_reference_hash: string | null
  options: string
  checks: string
  created: number
}

export interface EventsTable {
  id: string
  livemode: number
  type: string
  object: string
  data: string
  request: string | null
  /** No longer used: the version named by the request that caused the event. */
  api_version: string | null
  created: number
}

export interface WebhookEndpointsTable {
  id: string
  livemode: number
  url: string
  enabled_events: string
  status: string
  secret: string
  description: string | null
  metadata: string
  api_version: string | null
  created: number
}

/**
 * The place of a pending delivery among those of the same object and endpoint, which are sent in order of events. One
 * is `first`; later ones are `behind` until it makes room, then the next becomes first. A delivery that failed too
 * often, or is sent again, is `aside`: it may be sent, and others do not wait for it. An ended delivery has no place.
 * The index of due deliveries holds only those that may be sent, so waiting ones cost nothing.
 */
export type DeliveryPlace = 'first' | 'behind' | 'aside'

export interface DeliveriesTable {
  id: string
  livemode: number
  event: string
  object: string
  endpoint: string
  status: string
  attempts: number
  next_attempt: number | null
  leased_until: number | null
  place: DeliveryPlace | null
  created: number
}

interface AttemptsTable {
  delivery: string
  number: number
  started: number
  duration: number | null
  response_status: number | null
  error: string | null
}

export interface WorkTable {
  id: string
  kind: string
  name: string
  livemode: number
  lane: string
  object: string
  payload: string | null
  attempts: number
  next_attempt: number
  leased_until: number | null
  created: number
}

export interface ApiKeysTable {
  id: string
  livemode: number
  name: string
  hash: string
  tail: string
  scopes: string | null
  created: number
  created_by: string | null
  expires: number | null
  last_used: number | null
  revoked: number | null
  revoked_by: string | null
  project: string | null
  flows: string | null
  addresses: string | null
  /** 1 once it was taken because it ends soon. */
  end_told: number | null
  origin: string | null
}

export interface EphemeralKeysTable {
  id: string
  livemode: number
  hash: string
  tail: string
  session: string
  api_key: string | null
  created: number
  expires: number
}

interface IdempotencyKeysTable {
  livemode: number
  key: string
  api_key: string | null
  fingerprint: string
  resource: string
  status: number
  body: string
  request: string | null
  created: number
}
