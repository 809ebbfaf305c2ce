import type { ChangeRequest, Deployment, DeploymentRequest } from '../../src/model/deployment.js'
import type { FlowBody } from '../../src/model/flow.js'
import { planDigest } from '../../src/model/plan.js'
import type { ObservedFlow } from '../../src/model/state.js'
import { aConfig, PROJECT } from '../helpers/builders.js'

interface Around {
  readonly project?: string
  readonly livemode?: boolean
  /** The last deployment that the plan was made from. */
  readonly last?: string | null
  readonly runId?: string
}

/** A whole request, with the digest of what it holds. */
export function aDeployment(changes: readonly ChangeRequest[], around: Around = {}): DeploymentRequest {
  const { project = PROJECT, livemode = false, last = null, runId = 'run-1' } = around
  const base = { last_deployment: last }
  return {
    project,
    plan_digest: planDigest({ project, livemode, base, changes }),
    run_id: runId,
    base,
    source: null,
    allowed: [],
    changes,
  }
}

export function creating(key: string, body: Partial<FlowBody> = {}): ChangeRequest {
  return change({ action: 'create', key, after: aConfig(body) })
}

/** A deployment without what only the answer to its own request says. */
export function asRecorded({ flow_state: _, ...deployment }: Deployment): Deployment {
  return deployment
}

type Known = Pick<ObservedFlow, 'id' | 'key' | 'version'>

export function updating(flow: Known, body: Partial<FlowBody> = {}): ChangeRequest {
  return changing('update', flow, { after: aConfig(body) })
}

export function renaming(flow: Known, key: string, body: Partial<FlowBody> = {}): ChangeRequest {
  return changing('rename', flow, { key, previous_key: flow.key, after: aConfig(body) })
}

export function adopting(flow: Known, body: Partial<FlowBody> = {}): ChangeRequest {
  return changing('adopt', flow, { after: aConfig(body) })
}

export function restoring(flow: Known, body: Partial<FlowBody> = {}): ChangeRequest {
  return changing('restore', flow, { after: aConfig(body) })
}

export function archiving(flow: Known): ChangeRequest {
  return changing('archive', flow)
}

function changing(action: ChangeRequest['action'], flow: Known, more: Partial<ChangeRequest> = {}): ChangeRequest {
  return change({ action, key: flow.key, id: flow.id, base_version: flow.version, ...more })
}

function change(given: Partial<ChangeRequest> & Pick<ChangeRequest, 'action' | 'key'>): ChangeRequest {
  return { previous_key: null, id: null, base_version: null, after: null, diff_digest: 'd'.repeat(64), ...given }
}
