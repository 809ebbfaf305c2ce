import type { Issue } from '../../../model/diagnostic.js'
import { type FlowBody, type FlowConfig, normalise } from '../../../model/flow.js'
import { modeFor } from '../../../model/mode.js'
import type { Assurance } from '../../../model/plan.js'
import { assess } from '../../../plan/assurance.js'
import type { FlowRecord } from '../../../store/flows.js'
import { checkFlowBody } from '../../../validate/flow-body.js'
import { ApiError } from '../../api-error.js'
import type { ReadCall } from '../calls/call.js'
import { lastDays } from '../figures/last-days.js'
import { refuseBoundTwice, refuseNewlyUnverifiable } from './bound-flows.js'
import { findFlow } from './find-flow.js'

/** A flow as it is edited. */
export interface EditableFlow {
  readonly id: string
  readonly key: string
  readonly name: string
  readonly project: string | null
  readonly version: number
  readonly config: FlowConfig
  /** What the last deployment wrote, and so what git says; null if none did. */
  readonly applied: FlowConfig | null
  readonly updated: number
  readonly updated_by: string | null
}

/** By id or by key. Throws 400 for an archived flow: it is restored before it is edited. */
export async function editableFlow(call: ReadCall, idOrKey: string): Promise<EditableFlow> {
  const { id, key, project, status, version, config, applied, updated, updated_by } = await findFlow(call, idOrKey)
  if (status === 'archived') {
    throw new ApiError(400, {
      code: 'flow_status_invalid',
      message: `The flow '${key}' is archived: restore it first.`,
    })
  }
  return { id, key, name: config.name, project, version, config, applied, updated, updated_by }
}

/** What an edit of a flow would come to. */
export type FlowPreview =
  /** Everything that is wrong with the body, or why the flow cannot be so here. */
  | { readonly issues: readonly Issue[]; readonly refusal: string | null; readonly config: null }
  | {
      readonly issues: readonly []
      readonly refusal: null
      readonly config: FlowConfig
      /** What it does to the verification, as a plan says it, where `before` is what it replaces; null for a new flow. */
      readonly assuranceFrom: (before: FlowConfig | null) => Assurance
    }

/** What it would do to give a flow this body, or to make one that has it. Writes nothing. */
export async function previewFlow(call: ReadCall, idOrKey: string | null, body: unknown): Promise<FlowPreview> {
  const flow = idOrKey === null ? null : await findFlow(call, idOrKey)
  const issues = checkFlowBody(body, modeFor(call.livemode))
  if (issues.length > 0) return { issues, refusal: null, config: null }
  const config = normalise(body as FlowBody)
  const refusal = await refusalOf(call, flow, config)
  if (refusal !== null) return { issues: [], refusal, config: null }
  const sessions = flow === null ? 0 : await sessionsOf(call, flow)
  const assuranceFrom = (before: FlowConfig | null) =>
    assess({
      action: flow === null ? 'create' : 'update',
      before,
      after: config,
      wasActive: flow?.status === 'active',
      previousKey: null,
      sessions,
    })
  return { issues: [], refusal: null, config, assuranceFrom }
}

/** Why a write of it would be refused. */
async function refusalOf(call: ReadCall, flow: FlowRecord | null, config: FlowConfig): Promise<string | null> {
  const { id, key, status } = flow ?? { id: '', key: 'the flow', status: 'active' as const }
  const written = { id, key, status, config }
  try {
    refuseNewlyUnverifiable(call, written, flow)
    await refuseBoundTwice(call, [written], () => 'stripe_flow')
    return null
  } catch (error) {
    if (error instanceof ApiError) return error.message
    throw error
  }
}

async function sessionsOf({ tx, livemode, now }: ReadCall, { id }: FlowRecord): Promise<number> {
  return (await tx.sessionCounts.ofFlows(livemode, [id], lastDays(now))).get(id)?.sessions ?? 0
}
