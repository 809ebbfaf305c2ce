import { compareText } from '../model/canonical.js'
import type { Change, Plan } from '../model/plan.js'
import type { DesiredFlow, ObservedState } from '../model/state.js'
import { type Places, placeIn } from './locate.js'
import { type PlanOptions, plan } from './plan.js'

/**
 * Today's plan for what a reviewed plan changes, and for nothing else. The desired flows are the reviewed ones as
 * approved, and every other flow of the project as it is now. So one engine compares, with or without definitions at
 * hand.
 */
export function planApproved(
  approved: Plan,
  observed: ObservedState,
  options: Pick<PlanOptions, 'guards' | 'approvals' | 'allow'> = {},
): Plan {
  const { project, environment } = approved
  // Without the names that only definitions know, a flow could be mistaken for one that was moved: see `followsKeys`.
  const accepted = new Map(approved.accepted?.map(({ id, base_version }) => [id, base_version]))
  return plan(approvedFlows(approved, observed), observed, {
    ...options,
    project,
    environment,
    followsKeys: false,
    // The other flows were not defined here; they are only assumed to stay as they are.
    accepts: ({ id, version }) => accepted.get(id) === version,
  })
}

function approvedFlows(approved: Pick<Plan, 'project' | 'changes'>, observed: ObservedState): DesiredFlow[] {
  const { project, changes } = approved
  const ids = new Set(changes.map(({ id }) => id))
  const keys = new Set(changes.map(({ key }) => key))
  const untouched = observed.flows.filter(
    (flow) => flow.project === project && flow.status === 'active' && !ids.has(flow.id) && !keys.has(flow.key),
  )
  return [
    ...untouched.map(({ key, config }) => ({ key, renamedFrom: null, config, file: '' })),
    ...changes.flatMap(({ key, previous_key, after, source }) =>
      after === null ? [] : [{ key, renamedFrom: previous_key, config: after, file: source?.file ?? '' }],
    ),
  ]
}

/** A flow whose change today is not the one that was approved. A side is null if it would change nothing. */
export interface Difference {
  readonly key: string
  readonly approved: Change | null
  readonly today: Change | null
  /** Why today's plan can do nothing with it. */
  readonly conflict: string | null
}

/**
 * The flows for which today's plan differs from the approved one. It compares the flow and the difference to be made,
 * not the version. An empty list means that apply would do exactly what was approved.
 */
export function differences(approved: Plan, today: Plan): Difference[] {
  const keys = [...approved.changes, ...today.changes, ...today.conflicts].map(({ key }) => key)
  return [...new Set(keys)].sort(compareText).flatMap((key) => {
    const was = changeOf(approved, key)
    const is = changeOf(today, key)
    const conflict = today.conflicts.find((one) => one.key === key)?.message ?? null
    const isSame = conflict === null && was?.id === is?.id && was?.diff_digest === is?.diff_digest
    return isSame ? [] : [{ key, approved: was, today: is, conflict }]
  })
}

function changeOf({ changes }: Plan, key: string): Change | null {
  return changes.find((change) => change.key === key) ?? null
}

/** Today's plan with the places in the reviewed definitions. The reviewed plan is the only source of its lines. */
export function withApprovedPlaces(today: Plan, approved: Plan): Plan {
  const changes = today.changes.map((change) => {
    const was = changeOf(approved, change.key)
    if (was === null) return change
    const places = new Map(was.fields.map((field) => [field.path, field]))
    const fields = change.fields.map((field) => ({ ...field, ...placeIn(places.get(field.path)) }))
    return { ...change, source: was.source, fields }
  })
  return { ...today, changes }
}

/** The places in the definitions, as a reviewed plan records them. */
export function approvedPlaces({ changes }: Pick<Plan, 'changes'>): Places {
  const byFile = new Map(changes.flatMap((change) => (change.source ? [[change.source.file, change] as const] : [])))
  return {
    placeOf: (file, _, path) => {
      const { line, ...place } = placeIn(byFile.get(file)?.fields.find((field) => field.path === path))
      return line === null ? null : { file, line, ...place }
    },
    bodyLine: (file) => byFile.get(file)?.source?.line ?? 1,
  }
}
