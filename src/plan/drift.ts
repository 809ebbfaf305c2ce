import { compareText } from '../model/canonical.js'
import type { Leaf } from '../model/leaves.js'
import type { Assurance, Change, Field, Plan } from '../model/plan.js'
import type { FlowVersion } from '../model/resources.js'
import type { DeployedEdit } from '../model/schema-types.js'
import type { DesiredFlow, ObservedFlow, ObservedState } from '../model/state.js'
import { assess } from './assurance.js'
import type { BoundFlow } from './bound.js'
import { diff } from './diff.js'
import { placeIn } from './locate.js'
import { pair } from './pair.js'

/** One field that somebody edited outside git since the last deployment, and that git does not repeat. */
export interface DriftField {
  /** JSON Pointer into the configuration; also /key, /status and /project, which lie outside it. */
  readonly path: string
  /** What the last deployment wrote, what the service has, and what the definition says: null if nothing. */
  readonly applied: Leaf
  readonly observed: Leaf
  readonly defined: Leaf
  /** Line that sets the field, in the definition unless `file` names a base; null if a default sets it. */
  readonly line: number | null
  readonly file?: Field['file']
  readonly variable?: Field['variable']
  /** Who edited it last, when (unix seconds), and the version that the edit made. */
  readonly by: string | null
  readonly at: number
  readonly version: number
}

export interface DriftedFlow {
  /** The key that the definition gives it; without a definition, its present key. */
  readonly key: string
  readonly id: string
  /** What happened outside git: fields were edited, the flow was created, or it was taken out of the project. */
  readonly kind: 'edited' | 'created' | 'released'
  readonly source: Change['source']
  readonly fields: readonly DriftField[]
  /** What the edits did to the verification. */
  readonly assurance: Assurance
  readonly by: string | null
  readonly at: number
  readonly version: number
  readonly sessions_last_30_days: number
}

/** Why `flows pull` leaves some or all of a flow's drift alone. */
export type Left = 'changed_in_both' | 'no_definition' | 'released' | 'keys_exchanged' | 'conflict' | 'api_key'

/** What was edited outside git in an environment. */
export interface DriftReport {
  readonly project: string
  readonly environment: string
  readonly livemode: boolean
  /** Active flows that the project manages. */
  readonly managed: number
  /** Each with the reason why `flows pull` leaves some or all of it alone; null if it writes everything. */
  readonly flows: readonly (DriftedFlow & { readonly left: Left | null })[]
  /** Flows that are bound to a flow at Stripe; left out if there are none. */
  readonly bound?: readonly BoundFlow[]
  /** What the last deployment left for a person to edit at Stripe, and what became of that; left out if nothing. */
  readonly edits?: readonly DeployedEdit[]
}

/**
 * What was edited outside git, as a view of the ordinary plan: the fields of each change that no longer have the value
 * that the last deployment wrote. If git says the same, deployed or not, nothing is planned, so it is not drift any
 * more. `attribute` finds out who edited each field; until then, the last writer of the flow stands in.
 */
export function driftOf(plan: Plan, observed: ObservedState, desired: readonly DesiredFlow[]): DriftedFlow[] {
  const byId = new Map(observed.flows.map((flow) => [flow.id, flow]))
  const planned = plan.changes.flatMap((change) => {
    const flow = change.id === null ? undefined : byId.get(change.id)
    return flow === undefined ? [] : [{ change, flow }]
  })
  return [...planned, ...withheld(desired, observed, plan.project)]
    .map(({ change, flow }) => driftedBy(change, flow, plan.project))
    .filter((drifted) => drifted !== null)
    .sort((a, b) => compareText(a.key, b.key) || compareText(a.id, b.id))
}

type Drifting = Pick<Change, 'key' | 'source' | 'after' | 'fields' | 'sessions_last_30_days'>

/** Flows in a conflict have no change in the plan. Their drift shows against the definition they were deployed from. */
function withheld(
  desired: readonly DesiredFlow[],
  observed: ObservedState,
  project: string,
): { readonly change: Drifting; readonly flow: ObservedFlow }[] {
  const flows = pair(desired, observed, project).conflicts.flatMap((conflict) => conflict.withheld)
  const naming = (key: string | null) =>
    desired.find((one) => one.key === key) ?? desired.find(({ renamedFrom }) => key !== null && renamedFrom === key)
  return [...new Set(flows)].flatMap((flow) => {
    const { sessions_last_30_days } = flow
    const wanted = naming(flow.applied_key) ?? naming(flow.key)
    if (wanted === undefined) return []
    const key = flow.applied_key === flow.key ? flow.key : wanted.key
    const source = { file: wanted.file, line: 1 }
    return [{ change: { key, source, after: wanted.config, fields: [], sessions_last_30_days }, flow }]
  })
}

function driftedBy(change: Drifting, flow: ObservedFlow, project: string): DriftedFlow | null {
  const kind = kindOf(flow, project)
  if (kind === null) return null
  const last = { by: flow.updated_by, at: flow.updated, version: flow.version }
  const fields = fieldsOf(change, flow, project).map((field) => ({ ...field, ...last }))
  if (fields.length === 0 && kind !== 'created') return null
  const { key, source, sessions_last_30_days } = change
  const movedFrom = flow.applied_key === flow.key ? null : flow.applied_key
  return {
    key,
    id: flow.id,
    kind,
    source,
    fields,
    assurance: assess({
      action: flow.applied === null ? 'create' : flow.status === 'archived' ? 'archive' : 'update',
      before: flow.applied,
      after: flow.config,
      wasActive: flow.applied_status === 'active',
      previousKey: movedFrom,
      sessions: sessions_last_30_days,
    }),
    ...last,
    sessions_last_30_days,
  }
}

function kindOf(flow: ObservedFlow, project: string): DriftedFlow['kind'] | null {
  if (flow.project === project) return flow.applied === null ? 'created' : 'edited'
  // Only its versions say which project it belonged to: see `attribute`.
  return flow.applied !== null ? 'released' : null
}

type Bare = Omit<DriftField, 'by' | 'at' | 'version'>

function fieldsOf(change: Drifting, flow: ObservedFlow, project: string): Bare[] {
  const around = [...projectField(change, flow, project), ...keyField(change, flow), ...statusField(change, flow)]
  return [...around, ...configFields(change, flow)]
}

function projectField({ after }: Drifting, flow: ObservedFlow, project: string): Bare[] {
  if (flow.project === project) return []
  return [{ path: '/project', applied: project, observed: flow.project, defined: after && project, line: null }]
}

function keyField({ key, source }: Drifting, flow: ObservedFlow): Bare[] {
  const defined = source === null ? null : key
  const { applied_key: applied, key: observed } = flow
  if (applied === null || applied === observed || defined === observed) return []
  return [{ path: '/key', applied, observed, defined, line: null }]
}

function statusField({ source }: Drifting, flow: ObservedFlow): Bare[] {
  const defined = source === null ? 'archived' : 'active'
  const { applied_status: applied, status: observed } = flow
  if (applied === null || applied === observed || defined === observed) return []
  return [{ path: '/status', applied, observed, defined, line: null }]
}

/** The fields that drifted: against the definition, or without a definition, against what was applied. */
function configFields(change: Drifting, flow: ObservedFlow): Bare[] {
  const places = new Map(change.fields.map((field) => [field.path, placeIn(field)]))
  if (change.source === null) {
    return diff(flow.applied, flow.applied && flow.config).map(({ path, before, after }) => {
      return { path, applied: before, observed: after, defined: null, line: null }
    })
  }
  // If no deployment wrote the flow, everything that git does not say is drift.
  const isOfDrift = (field: Change['fields'][number]) => flow.applied === null || field.origin === 'drift'
  return diff(flow.config, change.after, flow.applied)
    .filter(isOfDrift)
    .map(({ path, before, after, applied = null }) => {
      return { path, applied, observed: before, defined: after, ...(places.get(path) ?? placeIn(undefined)) }
    })
}

/**
 * The same, with who edited each field, and when. `since` holds the flow's versions from the newest back to the last
 * one that a deployment made. Null if the flow never belonged to this project: it can be adopted, and did not drift.
 */
export function attribute(drifted: DriftedFlow, since: readonly FlowVersion[], project: string): DriftedFlow | null {
  const deployed = since.find(({ deployment }) => deployment !== null)
  if (drifted.kind === 'released' && deployed?.project !== project) return null
  const edits = since.filter(({ deployment }) => deployment === null)
  const whoEdited = (path: string) => {
    const edit = edits.find(({ changed }) => changed.includes(path)) ?? edits.at(-1)
    return edit && { by: edit.actor, at: edit.created, version: edit.version }
  }
  return {
    ...drifted,
    fields: drifted.fields.map((field) => ({ ...field, ...whoEdited(field.path) })),
  }
}
