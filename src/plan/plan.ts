import { withoutApiKeysIn } from '../model/api-key.js'
import { compareText } from '../model/canonical.js'
import { MOST_CHANGES } from '../model/deployment.js'
import {
  type AcceptedFlow,
  type Action,
  type Change,
  diffDigest,
  type Field,
  type Plan,
  planDigest,
} from '../model/plan.js'
import type { Approvals, Guards } from '../model/schema-types.js'
import type { DesiredFlow, ObservedFlow, ObservedState } from '../model/state.js'
import type { Allowance } from './allowance.js'
import { assess } from './assurance.js'
import { boundFlows, takenBindings, unverifiable } from './bound.js'
import { describeConflict } from './conflict.js'
import { diff } from './diff.js'
import { guard } from './guard.js'
import { select } from './only.js'
import { type Pair, pair } from './pair.js'

export interface PlanOptions {
  readonly project: string
  readonly environment: string
  readonly guards?: Guards
  /** How many people must approve what a guard is about. */
  readonly approvals?: Approvals | undefined
  /** Guards lifted by name for this run. */
  readonly allow?: readonly Allowance[]
  /** Limits the plan to these flows: their keys now or after the change. */
  readonly only?: readonly string[] | undefined
  /** Whether to find a flow by its earlier key, if the key was changed outside git. Reviewed plans name flows. */
  readonly followsKeys?: boolean
  /** Whether an edit that git repeats counts as accepted. Part of the definitions cannot always decide that. */
  readonly accepts?: (flow: ObservedFlow) => boolean
  /** Address of the service, for a plan that may be applied only there. */
  readonly address?: string | undefined
}

/**
 * What apply would do to turn the observed flows into the desired ones. Pure: the same input gives the same plan, byte
 * for byte, in whatever order the definitions come. Lines are not known here (see locate.ts).
 */
export function plan(desired: readonly DesiredFlow[], observed: ObservedState, options: PlanOptions): Plan {
  const { project, environment, only, address } = options
  const pairing = pair(desired, observed, project, options.followsKeys)
  const isMeant = (key: string) => only?.includes(key) ?? true
  const changed: Change[] = []
  const matched: AcceptedFlow[] = []
  for (const one of pairing.pairs) {
    const change = changeOf(one)
    if (change !== null) changed.push(change)
    else if (isMeant(one.desired.key)) matched.push(...acceptedBy(one, project, options.accepts))
  }
  const found = order([...changed, ...pairing.gone.map(archive)])
  const inTheWay = [
    ...pairing.conflicts.map(describeConflict),
    ...unverifiable(pairing.pairs, observed),
    ...takenBindings(pairing, observed, only),
  ].sort(byKey)
  const bound = boundFlows(pairing.pairs, observed)
    .filter(({ key }) => isMeant(key))
    .sort(byKey)
  const { changes, conflicts, leftOut } = only
    ? select(found, inTheWay, only)
    : { changes: found, conflicts: inTheWay, leftOut: 0 }
  // A record changes nothing, so what no longer fits into the deployment waits for the next one.
  const accepted = matched.sort(byKey).slice(0, Math.max(0, MOST_CHANGES - changes.length))
  const body = {
    project,
    livemode: observed.livemode,
    base: { last_deployment: observed.last_deployment },
    changes,
    ...(accepted.length > 0 && { accepted }),
  }
  return {
    format: 'flows.plan',
    format_version: '1.0',
    project,
    environment,
    livemode: body.livemode,
    digest: planDigest(body),
    base: body.base,
    changes,
    ...(accepted.length > 0 && { accepted }),
    unmanaged: pairing.unmanaged.map(({ key, id, config }) => ({ key, id, name: config.name })).sort(byKey),
    conflicts,
    ...(bound.length > 0 && { bound }),
    guards: guard(changes, {
      guards: options.guards ?? {},
      allow: options.allow ?? [],
      approvals: options.approvals,
      existing: observed.flows.filter((flow) => flow.project === project && flow.status === 'active').length,
    }),
    summary: { ...summarise(changes), noop: pairing.pairs.length - found.filter(isDefined).length },
    ...(address !== undefined && { service: { address, store: observed.store } }),
    ...(only && { only: [...new Set(only)].sort(compareText), left_out: leftOut }),
  }
}

function changeOf({ desired, observed }: Pair): Change | null {
  if (observed === null) return build('create', desired, null, diff(null, desired.config))
  const isUnmanaged = observed.project === null
  const fields = [
    ...statusField(observed, 'active'),
    ...diff(observed.config, desired.config, isUnmanaged ? null : observed.applied),
  ]
  const action = actionOn(desired, observed, fields)
  return action === 'noop' ? null : build(action, desired, observed, fields)
}

/** A flow that is not as deployed, but as defined: somebody pulled its edit, or wrote the same into git. */
function acceptedBy(
  { desired, observed }: Pair,
  project: string,
  accepts: PlanOptions['accepts'] = () => true,
): AcceptedFlow[] {
  if (observed === null || observed.project !== project || isAsApplied(observed) || !accepts(observed)) return []
  return [{ key: desired.key, id: observed.id, base_version: observed.version, after: observed.config }]
}

function actionOn(desired: DesiredFlow, observed: ObservedFlow, fields: readonly Field[]): Action | 'noop' {
  if (observed.project === null) return 'adopt'
  if (observed.status === 'archived') return 'restore'
  if (observed.key !== desired.key) return 'rename'
  return fields.length > 0 ? 'update' : 'noop'
}

function archive(observed: ObservedFlow): Change {
  return build('archive', null, observed, statusField(observed, 'archived'))
}

function build(action: Action, desired: DesiredFlow | null, observed: ObservedFlow | null, fields: Field[]): Change {
  const key = desired?.key ?? observed?.key ?? ''
  const previousKey = observed !== null && observed.key !== key ? observed.key : null
  const before = observed?.config ?? null
  const after = desired?.config ?? null
  const sessions = observed?.sessions_last_30_days ?? 0
  // Plans are kept and shown. An API key that somebody pasted into a flow must not get into a plan or its digests.
  const shown = withoutApiKeysIn(fields)
  return {
    action,
    key,
    previous_key: previousKey,
    id: observed?.id ?? null,
    source: desired && { file: desired.file, line: 1 },
    base_version: observed?.version ?? null,
    before: withoutApiKeysIn(before),
    after,
    fields: shown,
    diff_digest: diffDigest({ action, key, previous_key: previousKey, fields: shown }),
    assurance: assess({ action, before, after, wasActive: observed?.status === 'active', previousKey, sessions }),
    drift: observed && driftOf(observed),
    sessions_last_30_days: sessions,
  }
}

/** Whether any part of a flow differs from the last deployment; if so, who wrote last, and when. */
function driftOf(flow: ObservedFlow): Change['drift'] {
  if (flow.project === null || flow.applied === null || isAsApplied(flow)) return null
  return { by: flow.updated_by, at: flow.updated, version: flow.version }
}

function isAsApplied({ applied, applied_key, applied_status, key, status, config }: ObservedFlow): boolean {
  return applied_key === key && applied_status === status && diff(applied, config).length === 0
}

/** Status is not part of a configuration, but readers of a plan must see it change. */
function statusField(observed: ObservedFlow, after: ObservedFlow['status']): Field[] {
  const { status, applied_status: applied } = observed
  if (status === after) return []
  const isDrift = observed.project !== null && applied !== null && applied !== status
  return [
    {
      path: '/status',
      before: status,
      after,
      line: null,
      ...(isDrift ? { origin: 'drift', applied } : { origin: 'config' }),
    },
  ]
}

function isDefined({ action }: Change): boolean {
  return action !== 'archive'
}

function summarise(changes: readonly Change[]): Plan['summary'] {
  const summary = { create: 0, update: 0, rename: 0, adopt: 0, restore: 0, archive: 0, noop: 0 }
  for (const { action } of changes) summary[action] += 1
  return summary
}

function byKey(a: { readonly key: string }, b: { readonly key: string }): number {
  return compareText(a.key, b.key)
}

/**
 * The one order of a plan: by key, archives last. Callers that move from an old flow to a new one must find the new one
 * before the old one closes.
 */
function order<T extends Pick<Change, 'action' | 'key'>>(changes: readonly T[]): T[] {
  return changes.toSorted((a, b) => closes(a) - closes(b) || compareText(a.key, b.key))
}

function closes({ action }: Pick<Change, 'action'>): number {
  return action === 'archive' ? 1 : 0
}
