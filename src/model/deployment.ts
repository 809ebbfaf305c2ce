import { canonicalJson } from './canonical.js'
import type { Change, DeployedChange, Deployment, Plan } from './schema-types.js'

export type { DeployedChange, Deployment }

/** More than most projects have, but few enough that one deployment does not block the store for long. */
export const MOST_CHANGES = 20_000

/** Body of `POST /v2/identity/flow_deployments`: one plan, to be written whole or not at all. */
export interface DeploymentRequest {
  readonly project: string
  readonly plan_digest: string
  /** Digest of the reviewed plan, if one is applied. That plan is applied once, whatever its bases are by now. */
  readonly approved_digest?: string | null
  /** Names this apply run. An answer with another name shows that another run made the deployment. */
  readonly run_id: string
  readonly base: Plan['base']
  readonly source: Deployment['source']
  /** Guards lifted by name for this run, as given to `--allow`. */
  readonly allowed: readonly string[]
  readonly changes: readonly ChangeRequest[]
}

export type ChangeRequest = Pick<
  Change,
  'action' | 'key' | 'previous_key' | 'id' | 'base_version' | 'after' | 'diff_digest'
>

/** Whether a change writes nothing and only records that git says the same as an edit made outside git. */
export function isRecord({
  action,
  previous_key,
  before,
  after,
}: Pick<DeployedChange, 'action' | 'previous_key' | 'before' | 'after'>): boolean {
  if (action !== 'update' || previous_key !== null || before === null) return false
  return canonicalJson(before) === canonicalJson(after)
}

/** How many flows each action concerned; recorded edits only where there are some. */
export function summaryOf(changes: readonly DeployedChange[]): Readonly<Record<DeployedChange['action'], number>> {
  const summary = { create: 0, update: 0, rename: 0, adopt: 0, restore: 0, archive: 0 }
  for (const change of changes) if (!isRecord(change)) summary[change.action] += 1
  const record = changes.filter(isRecord).length
  return { ...summary, ...(record > 0 && { record }) }
}

/** A flow that has changed since the plan was made. */
export interface StaleFlow {
  readonly key: string
  readonly base_version: number | null
  /** The version now; null if no flow has this key any more. */
  readonly current_version: number | null
  readonly updated_by: string | null
  readonly updated: number | null
}
