import type { Change, Plan } from '../../model/plan.js'
import type { DesiredFlow, ObservedFlow, ObservedState } from '../../model/state.js'
import type { Allowance } from '../../plan/allowance.js'
import { plan } from '../../plan/plan.js'
import type { ObjectValue } from '../wire/value.js'
import { configOf } from './state.js'

/** What one flow should become: the current flow, if any, and the resource, or null to remove it. */
export interface Wish {
  readonly flow: ObservedFlow | null
  readonly planned: ObjectValue | null
}

/**
 * The engine's plan for these flows only. The caller has checked that no other flow has their keys. Everything in the
 * resources must be known.
 */
export function planFor(
  wishes: readonly Wish[],
  state: ObservedState,
  project: string,
  allow: readonly Allowance[] = [],
): Plan {
  // Terraform may ask a thousand times, once per flow, so the other flows are left out each time.
  const concerned = { ...state, flows: wishes.flatMap(({ flow }) => (flow === null ? [] : [flow])) }
  return plan(wishes.flatMap(desired), concerned, {
    project,
    environment: 'terraform',
    only: wishes.map(keyOf),
    allow,
    // Terraform finds its flows by id.
    followsKeys: false,
  })
}

/**
 * The change in a plan for one flow, with the allowance for a guard that would block it without need; null if nothing
 * changes. `again` makes that plan with an allowance: few changes need it.
 */
export function changeIn(bare: Plan, again: (allow: readonly Allowance[]) => Plan): Judged | null {
  const [change] = bare.changes
  if (change === undefined) return null
  const allow: Allowance[] = isOnlyUnprotected(change) ? [{ guard: 'protected', key: change.key }] : []
  const { guards } = allow.length === 0 ? bare : again(allow)
  return {
    change,
    allow,
    isProtected: guards.some(({ guard, status }) => guard === 'protected' && status === 'blocked'),
  }
}

export interface Judged {
  readonly change: Change
  readonly allow: readonly Allowance[]
  /** Whether the flow's protection blocks this change. */
  readonly isProtected: boolean
}

export function keyOf({ flow, planned }: Wish): string {
  return String(planned?.key ?? flow?.key)
}

/** Removing only the protection is a visible step of its own in the plan; weakening needs a second apply. */
function isOnlyUnprotected({ action, before, after, assurance: { effect } }: Change): boolean {
  if (before?.protected !== true || after?.protected !== false || action === 'archive') return false
  return effect === 'neutral' || effect === 'strengthens'
}

function desired({ flow, planned }: Wish): DesiredFlow[] {
  if (planned === null) return []
  const config = configOf(planned)
  if (config === null) throw new Error('a flow is to be written that is not known yet')
  const key = String(planned.key)
  return [{ key, renamedFrom: flow === null || flow.key === key ? null : flow.key, config, file: 'terraform' }]
}
