import type { Kysely } from 'kysely'

/**
 * The tables as every dialect has them: text, integers and nothing else. Booleans are 0 and 1, times are unix seconds,
 * structures are JSON in text, so that no value depends on a driver's ideas about types.
 */
export interface Tables {
  migrations: { name: string; applied: number; breaking: number }
  meta: { name: string; value: string }
  state_revision: { livemode: number; revision: number; nonce: string }
  flows: FlowsTable
  flow_versions: FlowVersionsTable
  deployments: DeploymentsTable
  deployment_changes: DeploymentChangesTable
  verification_sessions: SessionsTable
  api_keys: ApiKeysTable
  idempotency_keys: IdempotencyKeysTable
}

export type Db = Kysely<Tables>

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
  run_id: string
  actor: string | null
  source: string | null
  allowed: string
  summary: string
  created: number
  /** 1 for a project's first deployment in a mode, then one more each: an order that hangs on no clock. */
  number: number
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
  /** SHA-256 of client_reference_id: an index over 5,000 characters is more than some stores can hold. */
  client_reference_hash: string | null
  provided_details: string | null
  related_customer: string | null
  return_url: string | null
  created: number
}

export interface ApiKeysTable {
  id: string
  livemode: number
  name: string
  hash: string
  tail: string
  created: number
  created_by: string | null
  revoked: number | null
}

export interface IdempotencyKeysTable {
  livemode: number
  key: string
  fingerprint: string
  resource: string
  status: number
  body: string
  created: number
}
