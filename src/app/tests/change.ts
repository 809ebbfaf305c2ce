import { type FlowConfig, normalise, withoutDefaults } from '../../model/flow.js'
import { mergePatch } from '../../model/merge-patch.js'
import { modeOf } from '../../model/mode.js'
import type { TestCase } from '../../model/schema-types.js'
import type { DesiredFlow, ObservedFlow, ObservedState } from '../../model/state.js'
import { plan } from '../../plan/plan.js'
import { changeDifferences } from '../../tests/change.js'
import type { Difference } from '../../tests/result.js'
import type { Policies } from '../project/policies.js'
import type { Target } from '../site.js'
import type { ScheduledTest } from './select.js'

export interface ChangeSurroundings {
  readonly project: string
  readonly target: Target
  readonly policies: Policies
  /** What the definition says now; null if there is none. */
  readonly defined: DesiredFlow | null
}

/** Plans the change of one flow, as if it were the project's only one, and compares what guards and policies say. */
export async function tryChange(
  { test, given, flow: key, file }: ScheduledTest,
  { project, target, policies, defined }: ChangeSurroundings,
): Promise<Difference[]> {
  const { before, after } = configsOf(test, defined?.config ?? null)
  const desired = after === null ? [] : [{ key, renamedFrom: null, config: after, file: defined?.file ?? file }]
  const observed = stateOf({ key, project, config: before, target, sessions: given.sessions_last_30_days ?? 0 })
  const about = {
    project,
    environment: target.name,
    guards: target.settings.guards ?? {},
    approvals: target.settings.approvals,
  }
  const made = await policies.judge(plan(desired, observed, about), { desired, observed, allow: [], places: NOWHERE })
  return changeDifferences(test, made, key)
}

/** Where a rule is broken makes no difference here. */
const NOWHERE = { placeOf: () => null, bodyLine: () => 1 }

function configsOf(
  test: TestCase,
  defined: FlowConfig | null,
): { readonly before: FlowConfig | null; readonly after: FlowConfig | null } {
  const before = test.before === undefined ? defined : test.before && normalise(test.before)
  if (test.after !== undefined) return { before, after: test.after && normalise(test.after) }
  if (before === null || test.change === undefined) throw new Error(`"${test.name}" changes nothing`)
  // Checked together with the definition.
  const body = mergePatch(withoutDefaults(before), test.change) as Parameters<typeof normalise>[0]
  return { before, after: normalise(body) }
}

interface Before {
  readonly key: string
  readonly project: string
  readonly config: FlowConfig | null
  readonly target: Target
  readonly sessions: number
}

/** A service that has the flow as the last deployment left it. */
function stateOf({ key, project, config, target, sessions }: Before): ObservedState {
  const livemode = modeOf(target.settings) === 'live'
  const nothing = { livemode, store: null, last_deployment: null, flows: [] }
  if (config === null) return nothing
  const flow: ObservedFlow = {
    ...{ id: 'vf_test', key, project, version: 1, config, applied: config, applied_key: key },
    ...{ updated: 0, updated_by: null, sessions_last_30_days: sessions },
    status: 'active',
    applied_status: 'active',
  }
  return { ...nothing, flows: [flow] }
}
