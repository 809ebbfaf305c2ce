import { compareText } from '../model/canonical.js'
import type { Change, Plan } from '../model/plan.js'
import type { DesiredFlow, ObservedState } from '../model/state.js'
import type { Places } from './locate.js'
import { type PlanOptions, plan } from './plan.js'

/**
 * Today's plan for what a reviewed plan changes, and for nothing else: what is desired are its flows as approved, and every
 * other flow of the project as it is now. So one engine compares, whether definitions are at hand or only a plan.
 */
export function planApproved(
  approved: Plan,
  observed: ObservedState,
  options: Pick<PlanOptions, 'guards' | 'allow'> = {},
): Plan {
  const { project, environment } = approved
  // Names that only definitions know are gone, and with them what keeps a flow from being taken for one that was moved.
  const accepted = new Map(approved.accepted?.map(({ id, base_version }) => [id, base_version]))
  return plan(approvedFlows(approved, observed), observed, {
    ...options,
    project,
    environment,
    followsKeys: false,
    // Of the other flows it is only supposed that they stay as they are.
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

/** A flow of which something else would be done today than was approved; null where nothing would be. */
export interface Difference {
  readonly key: string
  readonly approved: Change | null
  readonly today: Change | null
  /** Why nothing can be done with it today. */
  readonly conflict: string | null
}

/**
 * The flows of which today's plan is not the approved one: by the flow and by the difference that would be made, whatever
 * its version. None means that what was approved is what would be applied.
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

/** Today's plan with the places in the definitions that were reviewed: its lines are known nowhere else. */
export function withApprovedPlaces(today: Plan, approved: Plan): Plan {
  const changes = today.changes.map((change) => {
    const was = changeOf(approved, change.key)
    if (was === null) return change
    const lines = new Map(was.fields.map(({ path, line }) => [path, line]))
    const fields = change.fields.map((field) => ({ ...field, line: lines.get(field.path) ?? null }))
    return { ...change, source: was.source, fields }
  })
  return { ...today, changes }
}

/** Where a reviewed plan says that its definitions say things. */
export function approvedPlaces({ changes }: Pick<Plan, 'changes'>): Places {
  const byFile = new Map(changes.flatMap((change) => (change.source ? [[change.source.file, change] as const] : [])))
  return {
    lineOf: (file, _, path) => byFile.get(file)?.fields.find((field) => field.path === path)?.line ?? null,
    bodyLine: (file) => byFile.get(file)?.source?.line ?? 1,
  }
}
