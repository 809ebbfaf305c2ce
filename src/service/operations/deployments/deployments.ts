import { compareText } from '../../../model/canonical.js'
import { type ChangeRequest, type DeploymentRequest, type StaleFlow, summaryOf } from '../../../model/deployment.js'
import type { ListObject } from '../../../model/resources.js'
import type { DeployedChange, DeployedEdit, DeployedFlow, Deployment } from '../../../model/schema-types.js'
import type { DeploymentSummary } from '../../../store/deployments.js'
import type { FlowRecord } from '../../../store/flows.js'
import { ApiError, conflict, invalid, notFound } from '../../api-error.js'
import type { ReadCall, WriteCall } from '../calls/call.js'
import { type ListParams, listObject, pageOf, rangeOf } from '../calls/list.js'
import type { Principal } from '../calls/principal.js'
import { actorOf } from '../calls/principal.js'
import { recordEvent } from '../events/events.js'
import { refuseBoundTwice, refuseUnverifiable } from '../flows/bound-flows.js'
import { stateTag } from '../flows/flow-state.js'
import { linkToken, versionOf } from '../flows/flows.js'
import { beyondBinding, bindingOf, isWithin, mayName, notFoundFor, refuseOtherProject } from '../keys/binding.js'
import { checkDeploymentRequest, configOf } from './deployment-request.js'
import { editsLeftIn, supersedeEdits } from './edits.js'

const ENDPOINT = '/v2/identity/flow_deployments'

export interface ListDeploymentsParams extends ListParams {
  readonly project?: string | undefined
  readonly approved_digest?: string | undefined
}

/**
 * Writes a whole plan, or nothing. The digests of the plan, and of the reviewed plan behind it, are idempotency keys: a
 * plan that was applied before answers with its deployment (compare `run_id`), without `flow_state`. Throws 412 naming
 * every flow that has changed since.
 */
export async function deploy(call: WriteCall, body: unknown): Promise<Deployment> {
  const { tx, livemode, begun } = call
  const request = checkDeploymentRequest(body, livemode)
  refuseBeyondBinding(call, request)
  await tx.state.lock(livemode)
  const digests = [request.plan_digest, request.approved_digest].filter(isGiven)
  const before = await tx.deployments.byDigest(livemode, request.project, digests)
  if (before) return keptTo(call, before)
  const found = await findFlows(call, request.changes)
  const stale = request.changes.flatMap((change) => staleOf(change, found))
  if (stale.length > 0) throw conflict(stale)
  for (const [index, change] of request.changes.entries()) checkAllowed(change, index, request, found)
  const { etag: stateBefore, isEmpty } = await stateTag(call, request.project)
  const written = await write(call, request, found)
  const deployment: Deployment = { ...written, duration: Math.round(performance.now() - begun) }
  await tx.deployments.took(deployment.id, deployment.duration ?? 0)
  await recordEvent(call, 'verification_flows.deployment.applied', inList(deployment))
  await tx.state.advance(livemode)
  const { etag: stateAfter } = await stateTag(call, request.project)
  return { ...deployment, flow_state: { before: stateBefore, after: stateAfter, was_empty: isEmpty } }
}

/** Throws 403 if the caller's key may not deploy for the project, or a change concerns a flow that it does not reach. */
function refuseBeyondBinding({ principal }: WriteCall, { project, changes }: DeploymentRequest): void {
  refuseOtherProject(principal, project, 'project')
  for (const [index, { key, previous_key }] of changes.entries()) {
    if (mayName(principal, key) && (previous_key === null || mayName(principal, previous_key))) continue
    throw beyondBinding(principal, `changes[${index}]`)
  }
}

/** The deployment, less changes of flows that the caller's key is not bound to. */
function keptTo({ principal }: ReadCall, deployment: Deployment): Deployment {
  if (bindingOf(principal) === null) return deployment
  const changes = deployment.changes.filter(
    ({ key, previous_key }) => mayName(principal, key) && (previous_key === null || mayName(principal, previous_key)),
  )
  const edits = deployment.edits?.filter(({ key }) => mayName(principal, key)) ?? []
  const { edits: _, ...rest } = deployment
  return { ...rest, changes, ...(edits.length > 0 && { edits }) }
}

/** A deployment is of a project: a key that is bound to others, or to flows of any project, sees none of it. */
function isOfOwnProject(principal: Principal, { project }: Pick<Deployment, 'project'>): boolean {
  const binding = bindingOf(principal)
  return binding === null || binding.project === project
}

function isGiven(digest: string | null | undefined): digest is string {
  return digest !== null && digest !== undefined
}

export async function retrieveDeployment(call: ReadCall, id: string): Promise<Deployment> {
  return keptTo(call, foundIn(call, id, await call.tx.deployments.byId(call.livemode, id)))
}

/** A deployment without its changes, and some of them: few are read, however many there are. */
export interface DeploymentPart {
  readonly deployment: DeploymentSummary
  readonly changes: readonly DeployedChange[]
  /** How many changes come before these; fewer than asked for if there are not that many. */
  readonly skipped: number
  /** How many changes there are in all. */
  readonly count: number
  readonly edits: readonly DeployedEdit[]
}

/** Throws 403 for a key that is bound to flows: what of a deployment it may see takes all of its changes. */
export async function deploymentPart(
  call: ReadCall,
  id: string,
  { skip, limit }: { readonly skip: number; readonly limit: number },
): Promise<DeploymentPart> {
  if (bindingOf(call.principal) !== null) throw beyondBinding(call.principal)
  const deployment = await findDeployment(call, id)
  const count = Object.values(deployment.summary).reduce((all, some) => all + some, 0)
  const skipped = Math.min(skip, Math.max(0, count - 1))
  const changes = await call.tx.deployments.changes(id, { skip: skipped, limit })
  return { deployment, changes, skipped, count, edits: await call.tx.deployments.edits(id) }
}

async function findDeployment(call: ReadCall, id: string): Promise<DeploymentSummary> {
  return foundIn(call, id, await call.tx.deployments.summary(call.livemode, id))
}

function foundIn<T extends Pick<Deployment, 'project'>>({ principal }: ReadCall, id: string, found: T | undefined): T {
  if (found !== undefined && isOfOwnProject(principal, found)) return found
  throw notFoundFor(principal, 'flow_deployment', id, 'flow_deployment')
}

/**
 * The project's flows as this deployment left them, complete and in order of key: those that it wrote, and those that
 * earlier deployments wrote. Edits outside of deployments are not included.
 */
export async function deploymentFlows(call: ReadCall, id: string): Promise<ListObject<DeployedFlow>> {
  const { tx, livemode, principal } = call
  if (bindingOf(principal) !== null) await findDeployment(call, id)
  const flows = await tx.deployments.flowsAfter(livemode, id)
  if (flows === undefined) throw notFound('flow_deployment', id, 'flow_deployment')
  const data = flows
    .filter(({ key }) => mayName(principal, key))
    .sort((a, b) => compareText(a.key, b.key) || compareText(a.id, b.id))
  return listObject(`${ENDPOINT}/${id}/flows`, { data, has_more: false }, (flow) => flow)
}

/** Newest first. A deployment in a list has a `summary` but no `changes`: retrieve it to see them. */
export async function listDeployments(
  { tx, livemode, principal }: ReadCall,
  params: ListDeploymentsParams = {},
): Promise<ListObject<DeploymentSummary>> {
  const binding = bindingOf(principal)
  if (binding?.project === null) throw beyondBinding(principal)
  if (binding !== null && params.project !== undefined) refuseOtherProject(principal, params.project, 'project')
  const page = await pageOf(params, 'flow_deployment', async (id) => {
    const deployment = await tx.deployments.summary(livemode, id)
    return deployment !== undefined && isOfOwnProject(principal, deployment)
  })
  const project = binding?.project ?? params.project
  const filter = { project, approved_digest: params.approved_digest, created: rangeOf(params.created) }
  return listObject(ENDPOINT, await tx.deployments.list(livemode, filter, page), (deployment) => deployment)
}

/** The deployment as lists show it: that of a thousand flows is too large for an event. */
function inList({ changes, edits = [], ...deployment }: Deployment): DeploymentSummary {
  return { ...deployment, ...(edits.length > 0 && { edits_open: edits.length }), summary: summaryOf(changes) }
}

/** The flows that a set of changes concerns: those it changes, and those that hold the keys it wants. */
interface Found {
  readonly byId: ReadonlyMap<string, FlowRecord>
  readonly byKey: ReadonlyMap<string, FlowRecord>
  /** The keys that flows of the set give up, by flow id. */
  readonly freed: ReadonlyMap<string, string>
}

async function findFlows({ tx, livemode, principal }: WriteCall, changes: readonly ChangeRequest[]): Promise<Found> {
  const ids = changes.map(({ id }) => id).filter((id) => id !== null)
  const keys = changes.filter(takesKey).map(({ key }) => key)
  const flows = await tx.flows.byIdsOrKeys(livemode, ids, keys)
  const within = flows.filter((flow) => isWithin(principal, flow))
  for (const [index, change] of changes.entries()) {
    const isTaken = takesKey(change) && flows.some(({ key }) => key === change.key)
    if (!isTaken || within.some(({ key }) => key === change.key)) continue
    // Not as stale: that would tell of a flow which the key does not reach.
    throw invalid('resource_already_exists', `changes[${index}]`, `The key '${change.key}' is taken.`)
  }
  return {
    byId: new Map(within.map((flow) => [flow.id, flow])),
    byKey: new Map(flows.map((flow) => [flow.key, flow])),
    freed: new Map(changes.flatMap(({ id, previous_key }) => (id && previous_key ? [[id, previous_key]] : []))),
  }
}

function takesKey({ action, previous_key }: ChangeRequest): boolean {
  return action === 'create' || previous_key !== null
}

/** The change, if its flow has changed since it was compared, or another flow has taken its key. */
function staleOf(change: ChangeRequest, { byId, byKey, freed }: Found): StaleFlow[] {
  const { key, base_version } = change
  if (change.id !== null) {
    const flow = byId.get(change.id)
    if (flow === undefined) return [{ key, base_version, current_version: null, updated_by: null, updated: null }]
    if (flow.version !== base_version) return [toStale(change, flow)]
  }
  const holder = takesKey(change) ? byKey.get(key) : undefined
  if (holder === undefined || holder.id === change.id) return []
  // A flow of the same set may give the key up.
  return freed.get(holder.id) === key ? [] : [toStale(change, holder)]
}

function toStale({ key, base_version }: ChangeRequest, flow: FlowRecord): StaleFlow {
  return { key, base_version, current_version: flow.version, updated_by: flow.updated_by, updated: flow.updated }
}

/** The flow has not changed since it was compared, so a mismatch makes the request wrong, not stale. */
function checkAllowed(change: ChangeRequest, index: number, { project }: DeploymentRequest, { byId }: Found): void {
  const flow = change.id === null ? undefined : byId.get(change.id)
  if (flow === undefined) return
  const refuse = (code: 'flow_of_other_project' | 'flow_status_invalid' | null, message: string) => {
    throw new ApiError(400, {
      ...(code !== null && { code }),
      param: `changes[${index}]`,
      message: `Cannot ${change.action} '${change.key}': ${message}.`,
    })
  }
  const manager = change.action === 'adopt' ? null : project
  if (flow.project !== manager) {
    refuse(
      'flow_of_other_project',
      flow.project === null ? 'no project manages it' : `project '${flow.project}' manages it`,
    )
  }
  if (change.action === 'restore' && flow.status !== 'archived') refuse('flow_status_invalid', 'it is not archived')
  if (!['restore', 'adopt'].includes(change.action) && flow.status !== 'active') {
    refuse('flow_status_invalid', 'it is archived')
  }
  if (flow.key !== (change.previous_key ?? change.key)) refuse(null, `its key is '${flow.key}'`)
}

async function write(call: WriteCall, request: DeploymentRequest, { byId }: Found): Promise<Deployment> {
  const { tx, livemode, now } = call
  const id = call.id('vfd')
  const flows: FlowRecord[] = []
  const changes: DeployedChange[] = []
  for (const [index, change] of request.changes.entries()) {
    const before = change.id === null ? undefined : byId.get(change.id)
    const flow = flowAfter(call, request, change, index, before)
    flows.push(flow)
    changes.push({
      action: change.action,
      key: change.key,
      previous_key: change.previous_key,
      id: flow.id,
      base_version: change.base_version,
      version: flow.version,
      before: before?.config ?? null,
      after: flow.config,
      diff_digest: change.diff_digest,
    })
  }
  const deployment = {
    id,
    object: 'identity.flow_deployment' as const,
    created: now,
    livemode,
    project: request.project,
    plan_digest: request.plan_digest,
    approved_digest: request.approved_digest ?? null,
    run_id: request.run_id,
    actor: actorOf(call.principal),
    source: request.source,
    allowed: [...request.allowed],
    changes,
  }
  const bodyOf = (index: number) => `changes[${index}][after]`
  await refuseBoundTwice(call, flows, (index) => `${bodyOf(index)}[stripe_flow]`)
  refuseUnverifiable(call, flows, bodyOf)
  await tx.flows.save(
    flows,
    flows.map((flow, index) => versionOf(call, changes[index]?.action ?? 'update', flow, id)),
  )
  const edits = await editsLeftIn(call, request.project)
  await supersedeEdits(call, id, changes, edits)
  const recorded: Deployment = { ...deployment, ...(edits.length > 0 && { edits }) }
  await tx.deployments.insert(recorded)
  return recorded
}

function flowAfter(
  call: WriteCall,
  { project }: DeploymentRequest,
  change: ChangeRequest,
  index: number,
  before: FlowRecord | undefined,
): FlowRecord {
  const config = before && change.action === 'archive' ? before.config : configOf(change, index, call.livemode)
  const status = change.action === 'archive' ? 'archived' : 'active'
  const written = {
    updated: call.now,
    updated_by: actorOf(call.principal),
    project,
    key: change.key,
    status,
    config,
    applied: config,
    applied_status: status,
    applied_key: change.key,
  } as const
  if (before) return { ...before, ...written, version: before.version + 1 }
  return {
    id: call.id('vf'),
    livemode: call.livemode,
    version: 1,
    link_token: linkToken(),
    created: call.now,
    ...written,
  }
}
