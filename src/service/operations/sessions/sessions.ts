import type { ListObject, VerificationSession } from '../../../model/resources.js'
import type { SessionRecord } from '../../../store/sessions.js'
import { ApiError, notFound } from '../../api-error.js'
import type { ReadCall, WriteCall } from '../calls/call.js'
import { type Expand, NOTHING } from '../calls/expand.js'
import { type ListParams, listObject, pageOf, rangeOf } from '../calls/list.js'
import { recordEvent } from '../events/events.js'
import { findFlow } from '../flows/find-flow.js'
import {
  type Check,
  type CheckParams,
  checkOf,
  checkReturnUrl,
  checkText,
  type Metadata,
  mergedDetails,
  mergedMetadata,
  type ProvidedDetails,
  relatedPerson,
  updatedCheck,
} from './session-params.js'
import { oneSessionResource, sessionResources, sessionSnapshot } from './session-resource.js'

const ENDPOINT = '/v1/identity/verification_sessions'
const WHAT = 'identity.verification_session'

export interface CreateSessionParams extends CheckParams {
  readonly client_reference_id?: string | null | undefined
  readonly metadata?: Metadata
  readonly provided_details?: ProvidedDetails
  readonly related_customer?: string | null | undefined
  readonly related_customer_account?: string | null | undefined
  readonly related_person?: Parameters<typeof relatedPerson>[0]
  readonly return_url?: string | null | undefined
}

export interface UpdateSessionParams extends Pick<CheckParams, 'type' | 'options'> {
  /** Merged into what is there; an empty value drops its key. */
  readonly metadata?: Metadata
  readonly provided_details?: ProvidedDetails
}

export interface ListSessionsParams extends ListParams {
  /** Extension: id or key of the flow. */
  readonly verification_flow?: string | undefined
  readonly client_reference_id?: string | undefined
  readonly related_customer?: string | undefined
  readonly related_customer_account?: string | undefined
  readonly status?: SessionRecord['status'] | undefined
}

/** Creates a session from a flow, whose options it copies for good, or from a type and options as Stripe does. */
export async function createSession(
  call: WriteCall,
  params: CreateSessionParams,
  expand: Expand = NOTHING,
): Promise<VerificationSession> {
  const session = await insertSession(call, await checkOf(call, params), params)
  return oneSessionResource(call, session, expand)
}

/** What every new session goes through, however it comes to be. */
export async function insertSession(
  call: WriteCall,
  check: Check,
  params: Omit<CreateSessionParams, keyof CheckParams>,
  linkVisitor: string | null = null,
): Promise<SessionRecord> {
  const { client_reference_id, related_customer, related_customer_account } = params
  const session: SessionRecord = {
    id: call.id('vs'),
    livemode: call.livemode,
    ...check,
    status: 'requires_input',
    metadata: mergedMetadata({}, params.metadata),
    client_reference_id: checkText(client_reference_id, 'client_reference_id'),
    provided_details: mergedDetails(null, params.provided_details),
    related_customer: checkText(related_customer, 'related_customer'),
    related_customer_account: checkText(related_customer_account, 'related_customer_account'),
    related_person: relatedPerson(params.related_person),
    return_url: checkReturnUrl(params.return_url, call.livemode) ?? check.return_url,
    last_error: null,
    last_report: null,
    verified_outputs: null,
    verified_at: null,
    redaction: null,
    attempt: 0,
    outcome: null,
    due: null,
    link_visitor: linkVisitor,
    created: call.now,
  }
  await call.tx.sessions.insert(session)
  await recordEvent(call, 'identity.verification_session.created', sessionSnapshot(session))
  return session
}

export async function retrieveSession(
  call: ReadCall,
  id: string,
  expand: Expand = NOTHING,
): Promise<VerificationSession> {
  const session = await call.tx.sessions.byId(call.livemode, id)
  if (session === undefined) throw notFound(WHAT, id, 'session')
  return oneSessionResource(call, session, expand)
}

export async function listSessions(
  call: ReadCall,
  params: ListSessionsParams = {},
  expand: Expand = NOTHING,
): Promise<ListObject<VerificationSession>> {
  const { tx, livemode } = call
  const page = await pageOf(params, WHAT, async (id) => (await tx.sessions.byId(livemode, id)) !== undefined)
  const { verification_flow, client_reference_id, related_customer, related_customer_account, status, created } = params
  const flow =
    verification_flow === undefined ? undefined : (await findFlow(call, verification_flow, 'verification_flow')).id
  const filter = {
    flow,
    client_reference_id,
    related_customer,
    related_customer_account,
    status,
    created: rangeOf(created),
  }
  const { data, has_more } = await tx.sessions.list(livemode, filter, page)
  return listObject(ENDPOINT, { data: await sessionResources(call, data, expand), has_more }, (session) => session)
}

/** Changes what is checked and what was given beforehand, while the person has not been verified; labels at any time. */
export async function updateSession(
  call: WriteCall,
  id: string,
  params: UpdateSessionParams,
  expand: Expand = NOTHING,
): Promise<VerificationSession> {
  const session = await sessionToWrite(call, id)
  refuseRedacted(session, 'updated')
  const { type, options, provided_details, metadata } = params
  if (type !== undefined || options !== undefined || provided_details !== undefined) {
    refuseUnless(session, ['requires_input'], 'have its check or its provided_details updated')
  }
  const updated: SessionRecord = {
    ...session,
    ...updatedCheck(session, { type, options }),
    metadata: mergedMetadata(session.metadata, metadata),
    provided_details: mergedDetails(session.provided_details, provided_details),
  }
  await call.tx.sessions.update(updated)
  return oneSessionResource(call, updated, expand)
}

/** For good, and only while the person has not been verified. */
export async function cancelSession(
  call: WriteCall,
  id: string,
  expand: Expand = NOTHING,
): Promise<VerificationSession> {
  const session = await sessionToWrite(call, id)
  refuseRedacted(session, 'canceled')
  refuseUnless(session, ['requires_input'], 'be canceled')
  const canceled: SessionRecord = { ...session, status: 'canceled' }
  await saveWithEvent(call, canceled, 'canceled')
  return oneSessionResource(call, canceled, expand)
}

/** The session, held until the transaction ends. Throws 404. */
export async function sessionToWrite({ tx, livemode }: WriteCall, id: string): Promise<SessionRecord> {
  const session = await tx.sessions.toWrite(livemode, id)
  if (session === undefined) throw notFound(WHAT, id, 'session')
  return session
}

/** Saves a session that has passed to another status, and tells of it. */
export async function saveWithEvent(
  call: WriteCall,
  session: SessionRecord,
  what: 'canceled' | 'processing' | 'redacted' | 'requires_input' | 'verified',
): Promise<void> {
  await call.tx.sessions.update(session)
  await recordEvent(call, `identity.verification_session.${what}`, sessionSnapshot(session))
}

/** Throws 400 where the status of a session does not permit what is asked. */
export function refuseUnless(session: SessionRecord, statuses: readonly SessionRecord['status'][], what: string): void {
  if (statuses.includes(session.status)) return
  const message = `The verification session '${session.id}' is ${session.status}: it cannot ${what}. It could while ${statuses.join(' or ')}.`
  throw new ApiError(400, { code: 'session_status_invalid', message })
}

export function refuseRedacted(session: SessionRecord, what: string): void {
  if (session.redaction === null) return
  const message = `The verification session '${session.id}' has been redacted: it cannot be ${what} any more.`
  throw new ApiError(400, { code: 'session_redacted', message })
}
