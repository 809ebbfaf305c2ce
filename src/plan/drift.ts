import { compareText } from '../model/canonical.js'
import type { Leaf } from '../model/leaves.js'
import type { Assurance, Change, Plan } from '../model/plan.js'
import type { FlowVersion } from '../model/resources.js'
import type { DesiredFlow, ObservedFlow, ObservedState } from '../model/state.js'
import { assess } from './assurance.js'
import { diff } from './diff.js'
import { pair } from './pair.js'

/** One field that somebody edited outside git since the last deployment, and that git does not say the same of. */
export interface DriftField {
  /** JSON Pointer into the configuration; also /key, /status and /project, which are around it. */
  readonly path: string
  /** What the last deployment wrote, what the service has now, and what the definition says: null where it says nothing. */
  readonly applied: Leaf
  readonly observed: Leaf
  readonly defined: Leaf
  /** Line of the definition; null where a default says it. */
  readonly line: number | null
  /** Who edited it last, and when: unix seconds, and the version that it made. */
  readonly by: string | null
  readonly at: number
  readonly version: number
}

export interface DriftedFlow {
  /** The key that the definition gives it; the present one where there is no definition. */
  readonly key: string
  readonly id: string
  /** What happened outside git: fields edited, the flow created, or given up by the project. */
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

/** Why `flows pull` leaves what drifted of a flow, or some of it. */
export type Left = 'changed_in_both' | 'no_definition' | 'released' | 'keys_exchanged' | 'conflict' | 'api_key'

/** What was edited outside git in an environment. */
export interface DriftReport {
  readonly project: string
  readonly environment: string
  readonly livemode: boolean
  /** Active flows that the project manages. */
  readonly managed: number
  /** Each with why `flows pull` leaves it, or some of it; null where it writes all of it. */
  readonly flows: readonly (DriftedFlow & { readonly left: Left | null })[]
}

/**
 * What was edited outside git, as a view of the ordinary plan: of every change the fields that no longer have the value
 * that the last deployment wrote. What git says the same of is no drift any more, deployed or not: nothing is planned
 * for it. Who edited each field is told by `attribute`; until then it is who wrote the flow last.
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

/** Of flows in a conflict nothing is planned. What drifted of each is told from the definition that was its own. */
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
  // Whose it was, only its versions say: see `attribute`.
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

/** The fields of the change itself; where it takes none back, those that differ from what was applied. */
function configFields(change: Drifting, flow: ObservedFlow): Bare[] {
  const lines = new Map(change.fields.map(({ path, line }) => [path, line]))
  if (change.source === null) {
    return diff(flow.applied, flow.applied && flow.config).map(({ path, before, after }) => {
      return { path, applied: before, observed: after, defined: null, line: null }
    })
  }
  // Of a flow that no deployment wrote, all that git does not say.
  const isOfDrift = (field: Change['fields'][number]) => flow.applied === null || field.origin === 'drift'
  return diff(flow.config, change.after, flow.applied)
    .filter(isOfDrift)
    .map(({ path, before, after, applied = null }) => {
      return { path, applied, observed: before, defined: after, line: lines.get(path) ?? null }
    })
}

/**
 * The same, with who edited each field, and when. `since` are the flow's versions from the newest back to the last one
 * that a deployment made. Null when the flow was none of this project's: it is there to be adopted, and did not drift.
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
