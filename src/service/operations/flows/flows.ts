import { canonicalJson } from '../../../model/canonical.js'
import { type FlowBody, type FlowConfig, isFlowKey } from '../../../model/flow.js'
import { mergePatch } from '../../../model/merge-patch.js'
import { modeFor } from '../../../model/mode.js'
import type { ListObject, VerificationFlow } from '../../../model/resources.js'
import type { FlowRecord, FlowVersionRecord } from '../../../store/flows.js'
import type { Page } from '../../../store/page.js'
import { ApiError, conflict, invalid, missing } from '../../api-error.js'
import { randomText } from '../../ids.js'
import type { Call, ReadCall, WriteCall } from '../calls/call.js'
import { type ListParams, listObject, pageOf, rangeOf } from '../calls/list.js'
import { actorOf } from '../calls/principal.js'
import { recordEvent } from '../events/events.js'
import { beyondBinding, bindingOf, isWithin, mayName, refuseBeyond } from '../keys/binding.js'
import { type Act, audit } from '../people/audit.js'
import { refuseBoundTwice, refuseNewlyUnverifiable } from './bound-flows.js'
import { checkedConfig } from './check-body.js'
import { checkFlowKey, checkKey } from './check-key.js'
import { findFlow } from './find-flow.js'

const ENDPOINT = '/v1/identity/verification_flows'

/** Null means "back to the default", like an empty value in a form. */
type Nullable<T> = { readonly [Name in keyof T]?: T[Name] | null | undefined }

export interface CreateFlowParams extends Nullable<FlowBody> {
  readonly key?: string | undefined
  /** The managing project; none unless given. */
  readonly project?: string | null | undefined
}

export interface UpdateFlowParams extends Nullable<FlowBody> {
  readonly key?: string | undefined
  /** Takes over an unmanaged flow, or (null) releases it. A flow never moves directly to another project. */
  readonly project?: string | null | undefined
  /** Refuses the update with 412 unless the flow still has this version. */
  readonly expected_version?: number | undefined
}

export interface StaticLinkParams {
  readonly active?: boolean | null | undefined
  /** Makes a new link; the old one stops working. */
  readonly rotate?: boolean | null | undefined
  readonly expected_version?: number | undefined
}

export interface ListFlowsParams extends ListParams {
  readonly key?: string | undefined
  readonly project?: string | undefined
  readonly status?: FlowRecord['status'] | undefined
  /** By default the newest first. By key, the cursors may be keys as well, of flows that exist or of none. */
  readonly order?: 'key' | undefined
  /** A part of the key. */
  readonly key_contains?: string | undefined
}

export async function createFlow(call: WriteCall, params: CreateFlowParams): Promise<VerificationFlow> {
  const { key, project = null, ...body } = params
  if (key === undefined) throw missing('key')
  checkFlowKey(key)
  if (project !== null) checkKey(project, 'project')
  refuseBeyond(call.principal, { key, project }, mayName(call.principal, key) ? 'project' : 'key')
  const config = checkedConfig(mergePatch({}, asPatch(body)), modeFor(call.livemode))
  await call.tx.state.lock(call.livemode)
  await checkFree(call, key)
  const flow: FlowRecord = {
    id: call.id('vf'),
    livemode: call.livemode,
    key,
    project,
    status: 'active',
    version: 1,
    config,
    applied: null,
    applied_status: null,
    applied_key: null,
    link_token: linkToken(),
    created: call.now,
    updated: call.now,
    updated_by: actorOf(call.principal),
  }
  return save(call, 'create', flow, null)
}

/** By id or by key. */
export async function retrieveFlow(call: ReadCall, idOrKey: string): Promise<VerificationFlow> {
  return toResource(call, await findFlow(call, idOrKey))
}

/** Patches the flow (RFC 7396): omitted members stay, null resets a member to its default. */
export async function updateFlow(
  call: WriteCall,
  idOrKey: string,
  { key, project, expected_version, ...patch }: UpdateFlowParams,
): Promise<VerificationFlow> {
  const flow = await flowToWrite(call, idOrKey, expected_version)
  if (key !== undefined && key !== flow.key) {
    checkFlowKey(key)
    if (!mayName(call.principal, key)) throw beyondBinding(call.principal, 'key')
    await checkFree(call, key)
  }
  const moved = { key: key ?? flow.key, project: newProject(flow, project) }
  refuseBeyond(call.principal, moved, mayName(call.principal, moved.key) ? 'project' : 'key')
  return saveIfChanged(call, key === undefined || key === flow.key ? 'update' : 'rename', flow, {
    ...moved,
    config: checkedConfig(mergePatch(bodyToPatch(flow.config, patch), asPatch(patch)), modeFor(call.livemode)),
  })
}

/** Gives the flow this body, whole: a member that the body lacks goes back to its default. */
export async function replaceFlow(
  call: WriteCall,
  idOrKey: string,
  body: unknown,
  expectedVersion: number,
): Promise<VerificationFlow> {
  const flow = await flowToWrite(call, idOrKey, expectedVersion)
  return saveIfChanged(call, 'update', flow, { config: checkedConfig(body, modeFor(call.livemode)) })
}

export async function archiveFlow(
  call: WriteCall,
  idOrKey: string,
  { expected_version }: Pick<UpdateFlowParams, 'expected_version'> = {},
): Promise<VerificationFlow> {
  const flow = await flowToWrite(call, idOrKey, expected_version)
  return saveIfChanged(call, 'archive', flow, { status: 'archived' })
}

export async function restoreFlow(
  call: WriteCall,
  idOrKey: string,
  { expected_version }: Pick<UpdateFlowParams, 'expected_version'> = {},
): Promise<VerificationFlow> {
  const flow = await flowToWrite(call, idOrKey, expected_version)
  return saveIfChanged(call, 'restore', flow, { status: 'active' })
}

export async function updateStaticLink(
  call: WriteCall,
  idOrKey: string,
  { active, rotate = false, expected_version }: StaticLinkParams,
): Promise<VerificationFlow> {
  const flow = await flowToWrite(call, idOrKey, expected_version)
  const isOn = active ?? flow.config.static_link.active
  const change = {
    config: { ...flow.config, static_link: { active: isOn } },
    link_token: rotate ? linkToken() : flow.link_token,
  }
  const act = { action: 'static_link.updated', detail: rotate ? 'renewed' : isOn ? 'on' : 'off' } as const
  return saveIfChanged(call, rotate ? 'rotate_link' : 'update', flow, change, act)
}

export async function listFlows(call: ReadCall, params: ListFlowsParams = {}): Promise<ListObject<VerificationFlow>> {
  const { tx, livemode, principal } = call
  const { key, project, status, created, order, key_contains: part } = params
  const page = await pageOf(params, 'verification_flow', async (id) => {
    if (order === 'key' && isFlowKey(id)) return true
    const flow = await tx.flows.byId(livemode, id)
    return flow !== undefined && isWithin(principal, flow)
  })
  const named = part === undefined ? undefined : { project: null, keys: [`*${part.replaceAll('*', '')}*`] }
  const within = bindingOf(principal) ?? named
  const filter = { key, project, status, created: rangeOf(created), within }
  const flows = await (order === 'key'
    ? tx.flows.listByKey(livemode, filter, await inKeys(call, page))
    : tx.flows.list(livemode, filter, page))
  return listObject(ENDPOINT, flows, (flow) => toResource(call, flow))
}

/** The page with keys as cursors. One that is an id becomes the key that the flow has now. */
async function inKeys({ tx, livemode }: ReadCall, { limit, starting_after, ending_before }: Page): Promise<Page> {
  const keyOf = async (cursor: string | undefined) =>
    cursor === undefined || isFlowKey(cursor) ? cursor : (await tx.flows.byId(livemode, cursor))?.key
  return { limit, starting_after: await keyOf(starting_after), ending_before: await keyOf(ending_before) }
}

/** The flow as the API shows it. */
export function toResource(call: Pick<Call<unknown>, 'publicUrl'>, flow: FlowRecord): VerificationFlow {
  const { static_link, ...config } = flow.config
  return {
    id: flow.id,
    object: 'identity.verification_flow',
    created: flow.created,
    livemode: flow.livemode,
    key: flow.key,
    project: flow.project,
    status: flow.status,
    version: flow.version,
    ...config,
    static_link: { active: static_link.active, url: linkUrl(call, flow) },
    updated: flow.updated,
    updated_by: flow.updated_by,
  }
}

/** The URL of a flow's static link, active or not; without a host if the service has no address. */
export function linkUrl({ publicUrl }: Pick<Call<unknown>, 'publicUrl'>, flow: FlowRecord): string {
  return `${publicUrl ?? ''}/l/${flow.link_token}`
}

/** The secret part of a static link: 124 random bits. */
export function linkToken(): string {
  return randomText(24)
}

/** The version record for a flow as it is now. */
export function versionOf(
  call: Caller,
  action: string,
  flow: FlowRecord,
  deployment: string | null,
): FlowVersionRecord {
  return {
    flow: flow.id,
    version: flow.version,
    action,
    key: flow.key,
    project: flow.project,
    status: flow.status,
    config: flow.config,
    actor: actorOf(call.principal),
    deployment,
    created: flow.updated,
  }
}

type Caller = Pick<WriteCall, 'principal'>

async function flowToWrite(call: WriteCall, idOrKey: string, expected: number | undefined): Promise<FlowRecord> {
  await call.tx.state.lock(call.livemode)
  const flow = await findFlow(call, idOrKey)
  if (expected !== undefined && expected !== flow.version) {
    const { key, version, updated, updated_by } = flow
    throw conflict([{ key, base_version: expected, current_version: version, updated, updated_by }], 'expected_version')
  }
  return flow
}

/** A request that changes nothing writes nothing: retries and Terraform refreshes make no versions. */
async function saveIfChanged(
  call: WriteCall,
  action: string,
  flow: FlowRecord,
  change: Partial<FlowRecord>,
  act?: Act,
): Promise<VerificationFlow> {
  const changed = { ...flow, ...change }
  if (canonicalJson(changed) === canonicalJson(flow)) return toResource(call, flow)
  const next = { ...changed, version: flow.version + 1, updated: call.now, updated_by: actorOf(call.principal) }
  const saved = await save(call, action, next, flow, act)
  if (isEditOutsideGit(flow, changed)) await recordEvent(call, 'verification_flows.flow.edited_outside_git', saved)
  return saved
}

/**
 * Whether a flow that a deployment wrote is now other than that deployment left it, by this very change. Flows of
 * Terraform are written here too, but no deployment wrote them.
 */
function isEditOutsideGit(before: FlowRecord, after: FlowRecord): boolean {
  if (before.project === null || before.applied === null) return false
  const { project, key, status, config } = after
  const now = canonicalJson({ project, key, status, config })
  const was = { project: before.project, key: before.key, status: before.status, config: before.config }
  const applied = {
    project: before.project,
    key: before.applied_key,
    status: before.applied_status,
    config: before.applied,
  }
  return now !== canonicalJson(was) && now !== canonicalJson(applied)
}

async function save(
  call: WriteCall,
  action: string,
  flow: FlowRecord,
  before: FlowRecord | null,
  act: Act = { action: ACTS[action] ?? 'flow.updated' },
): Promise<VerificationFlow> {
  refuseNewlyUnverifiable(call, flow, before)
  await refuseBoundTwice(call, [flow], () => 'stripe_flow')
  await call.tx.flows.save([flow], [versionOf(call, action, flow, null)])
  await call.tx.state.advance(call.livemode)
  await audit(call, { ...act, object: flow.id })
  return toResource(call, flow)
}

/** What is recorded of the changes that have an act of their own. */
const ACTS: Readonly<Record<string, Act['action']>> = {
  create: 'flow.created',
  archive: 'flow.archived',
  restore: 'flow.restored',
}

/** Options of a document belong to the type: a change to another type removes them, unless the request sets them. */
function bodyToPatch(config: FlowConfig, patch: Nullable<FlowBody>): unknown {
  const { document, ...options } = config.options
  const keepsDocument = (patch.type ?? config.type) === 'document' && document !== undefined
  return { ...config, options: keepsDocument ? { document, ...options } : options }
}

function newProject(flow: FlowRecord, project: string | null | undefined): string | null {
  if (project === undefined || project === flow.project) return flow.project
  if (project !== null) checkKey(project, 'project')
  if (project !== null && flow.project !== null) {
    throw new ApiError(400, {
      code: 'flow_of_other_project',
      param: 'project',
      message: `The flow '${flow.key}' is managed by project '${flow.project}', which must let it go first.`,
    })
  }
  return project
}

async function checkFree({ tx, livemode, principal }: WriteCall, key: string): Promise<void> {
  const holder = await tx.flows.byKey(livemode, key)
  if (holder === undefined) return
  if (!isWithin(principal, holder)) throw invalid('resource_already_exists', 'key', `The key '${key}' is taken.`)
  const which = holder.status === 'archived' ? 'An archived flow' : 'A flow'
  throw invalid('resource_already_exists', 'key', `${which} has the key '${key}' already: '${holder.id}'.`)
}

function asPatch(patch: Nullable<FlowBody>): unknown {
  const entries = Object.entries(patch).filter(([, value]) => value !== undefined)
  for (const [name, value] of entries) {
    // These two have no default to go back to.
    if (value !== null || (name !== 'name' && name !== 'type')) continue
    throw invalid('parameter_invalid_empty', name, `You passed an empty value for '${name}', which is always needed.`)
  }
  return Object.fromEntries(entries)
}
