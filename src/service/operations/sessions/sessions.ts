import { sha256 } from '../../../model/canonical.js'
import type { ListObject, VerificationSession } from '../../../model/resources.js'
import type { SessionRecord } from '../../../store/sessions.js'
import { invalid } from '../../api-error.js'
import type { LookupCall, WriteCall } from '../calls/call.js'
import { checkExpand, type Expand, NOTHING } from '../calls/expand.js'
import { type ListParams, listObject, pageOf, rangeOf } from '../calls/list.js'
import { findFlow, isOfFlowWithin } from '../flows/find-flow.js'
import { bindingOf, notFoundFor } from '../keys/binding.js'
import { audit, auditPerson } from '../people/audit.js'
import { notOpened } from './remote/opened.js'
import { goOnOpening, openLater } from './remote/opening.js'
import { isOld, refreshed } from './remote/refresh.js'
import { fetchResults, isElsewhere } from './remote/results.js'
import { insertCreated, refuseRedacted, refuseUnless, SESSION, saveWithEvent, sessionToWrite } from './save-session.js'
import {
  type Check,
  type CheckParams,
  checkOf,
  checkReturnUrl,
  checkText,
  type GivenParams,
  givenOf,
  type Metadata,
  mergedDetails,
  mergedMetadata,
  type ProvidedDetails,
  updatedCheck,
} from './session-params.js'
import { oneSessionResource, sessionResources } from './session-resource.js'
import { changeLater, goOnLater, refuseMissingChecks, type SessionChange } from './verifier-calls.js'

/** The highest number of a version that a store can keep. */
export const LAST_VERSION = 2 ** 31 - 1

const ENDPOINT = '/v1/identity/verification_sessions'

export interface CreateSessionParams extends CheckParams, GivenParams {
  readonly client_reference_id?: string | null | undefined
  readonly metadata?: Metadata
  readonly provided_details?: ProvidedDetails
  readonly related_customer?: string | null | undefined
  readonly related_customer_account?: string | null | undefined
  readonly return_url?: string | null | undefined
}

export interface UpdateSessionParams extends Pick<CheckParams, 'type' | 'options'> {
  /** Merged into the existing metadata; an empty value removes its key. */
  readonly metadata?: Metadata
  readonly provided_details?: ProvidedDetails
}

export interface ListSessionsParams extends ListParams {
  /** Extension: id or key of the flow. */
  readonly verification_flow?: string | undefined
  /** Extension: a version of that flow. */
  readonly verification_flow_version?: number | undefined
  readonly client_reference_id?: string | undefined
  /** For the dashboard: digests of the reference and of the given email address, and the country of the document. */
  readonly reference_digest?: string | undefined
  readonly email_digest?: string | undefined
  readonly country?: string | undefined
  readonly related_customer?: string | undefined
  readonly related_customer_account?: string | undefined
  readonly status?: SessionRecord['status'] | undefined
}

/** Creates a session from a flow, whose options it copies permanently, or from a type and options as Stripe does. */
export async function createSession(
  call: WriteCall,
  params: CreateSessionParams,
  expand: Expand = NOTHING,
): Promise<VerificationSession> {
  const session = await insertSession(call, await checkOf(call, params), params)
  await auditPerson(call, { action: 'session.created', object: session.id })
  return openedResource(call, session, expand)
}

/** The answer to a request that makes a session. A remote verifier opens the session first. */
async function openedResource(call: WriteCall, session: SessionRecord, expand: Expand): Promise<VerificationSession> {
  if (session.remote !== null) {
    const answer = (again: WriteCall, opened: SessionRecord) => oneSessionResource(again, opened, expand)
    await openLater(call, session, answer)
  }
  return oneSessionResource(call, session, expand)
}

/** The answer to a repeated request whose first answer got lost. Work that is left is done first. */
export async function resumeSession(call: WriteCall, id: string, expand: Expand): Promise<VerificationSession> {
  const answer = (again: WriteCall, settled: SessionRecord) => oneSessionResource(again, settled, expand)
  const opening = await goOnOpening(call, id, answer)
  if (opening !== undefined) return oneSessionResource(call, opening, expand)
  const session = await sessionToWrite(call, id)
  if (session.remote !== null) {
    await goOnLater(call, session, { orRead: false, answer })
  }
  return oneSessionResource(call, session, expand)
}

/**
 * Every new session is made here, however it is asked for. One of a remote verifier is opened there next (`openLater`):
 * it is inserted, and its event recorded, only after that.
 */
export async function insertSession(
  call: WriteCall,
  check: Check,
  params: Omit<CreateSessionParams, keyof CheckParams>,
  linkVisitor: string | null = null,
): Promise<SessionRecord> {
  const { client_reference_id, related_customer, related_customer_account } = params
  const verifier = call.verifiers.of(call.livemode)
  const { bound, ...checked } = check
  const isRemote = verifier !== undefined && verifier.page === null
  // The flow at Stripe says what is checked, and may ask for what no parameter can.
  if (verifier !== undefined && (bound === null || !isRemote))
    refuseMissingChecks(verifier, check, check.flow === null ? 'options' : 'verification_flow')
  const session: SessionRecord = {
    id: call.id('vs'),
    livemode: call.livemode,
    ...checked,
    status: 'requires_input',
    metadata: mergedMetadata({}, params.metadata),
    client_reference_id: checkText(client_reference_id, 'client_reference_id'),
    provided_details: mergedDetails(null, params.provided_details),
    related_customer: checkText(related_customer, 'related_customer'),
    related_customer_account: checkText(related_customer_account, 'related_customer_account'),
    given: givenOf(params),
    return_url: checkReturnUrl(params.return_url, call.livemode) ?? check.return_url,
    last_error: null,
    last_report: null,
    verified_outputs: null,
    verified_at: null,
    country: null,
    started: null,
    submitted: null,
    redaction: null,
    attempt: 0,
    outcome: null,
    picked: null,
    due: null,
    remote: isRemote ? notOpened(verifier.name, bound) : null,
    link_visitor: linkVisitor,
    created: call.now,
  }
  if (session.remote === null) await insertCreated(call, session)
  return session
}

/**
 * The session as it is stored, or as its verifier has it: if what is stored may be old, or if the verifier alone has
 * what `expand` names.
 */
export async function retrieveSession(
  call: LookupCall,
  id: string,
  expand: Expand = NOTHING,
): Promise<VerificationSession> {
  const session = await call.tx.sessions.byId(call.livemode, id)
  if (session === undefined || !(await isOfFlowWithin(call, session.flow))) {
    throw notFoundFor(call.principal, SESSION, id, 'session')
  }
  checkExpand(call, expand)
  const isStale = isOld(session, call.now)
  if (isStale || isElsewhere(call, session, expand)) {
    call.elsewhere(async (service) => {
      const fresh = isStale ? await refreshed(service, session) : session
      const fetched = await fetchResults(service, [fresh], expand)
      return service.read(call, (again) => oneSessionResource(again, fresh, expand, fetched))
    })
  }
  return oneSessionResource(call, session, expand)
}

/** The answer to a write with the results that the verifier keeps. It was stored without them. */
export async function withResults(
  call: LookupCall,
  answer: VerificationSession,
  expand: Expand,
): Promise<VerificationSession> {
  const session = await call.tx.sessions.byId(call.livemode, answer.id)
  if (session !== undefined && isElsewhere(call, session, expand)) {
    call.elsewhere(async (service) => {
      const fetched = await fetchResults(service, [session], expand)
      const whole = await service.read(call, (again) => oneSessionResource(again, session, expand, fetched))
      const { last_verification_report, verified_outputs } = whole
      return { ...answer, last_verification_report, ...(verified_outputs !== undefined && { verified_outputs }) }
    })
  }
  return answer
}

export async function listSessions(
  call: LookupCall,
  params: ListSessionsParams = {},
  expand: Expand = NOTHING,
): Promise<ListObject<VerificationSession>> {
  const { tx, livemode } = call
  const page = await pageOf(params, SESSION, async (id) => {
    const session = await tx.sessions.byId(livemode, id)
    return session !== undefined && (await isOfFlowWithin(call, session.flow))
  })
  const { client_reference_id, related_customer, related_customer_account, status, created } = params
  const filter = {
    ...(await flowFilter(call, params)),
    reference_digest: client_reference_id === undefined ? params.reference_digest : sha256(client_reference_id),
    email_digest: params.email_digest,
    country: params.country,
    related_customer,
    related_customer_account,
    status,
    created: rangeOf(created),
    within: bindingOf(call.principal) ?? undefined,
  }
  const { data, has_more } = await tx.sessions.list(livemode, filter, page)
  const answer = (shown: readonly VerificationSession[]) =>
    listObject(ENDPOINT, { data: shown, has_more }, (session) => session)
  checkExpand(call, expand)
  if (data.some((session) => isElsewhere(call, session, expand))) {
    call.elsewhere(async (service) => {
      const fetched = await fetchResults(service, data, expand)
      return answer(await service.read(call, (again) => sessionResources(again, data, expand, fetched)))
    })
  }
  return answer(await sessionResources(call, data, expand))
}

async function flowFilter(
  call: LookupCall,
  { verification_flow: flow, verification_flow_version: version }: ListSessionsParams,
) {
  if (version !== undefined && (!Number.isInteger(version) || version < 1 || version > LAST_VERSION)) {
    const message = `Invalid verification_flow_version: must be between 1 and ${LAST_VERSION}.`
    throw invalid('parameter_invalid_integer', 'verification_flow_version', message)
  }
  if (flow !== undefined) return { flow: (await findFlow(call, flow, 'verification_flow')).id, flow_version: version }
  if (version === undefined) return {}
  const message = 'A version is one of a flow: give verification_flow, too.'
  throw invalid('parameter_missing', 'verification_flow', message)
}

/** Changes the check and the given details while input is required; metadata at any time. */
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
  const check = updatedCheck(session, { type, options })
  const change: SessionChange = {
    type: check.type,
    options: check.options,
    metadata: mergedMetadata(session.metadata, metadata),
    provided_details: mergedDetails(session.provided_details, provided_details),
  }
  if (session.remote !== null) {
    const answer = (again: WriteCall, updated: SessionRecord) => oneSessionResource(again, updated, expand)
    await changeLater(call, session, 'session.update', { change, answer })
    return oneSessionResource(call, session, expand)
  }
  const updated: SessionRecord = { ...session, ...change }
  await call.tx.sessions.update(updated)
  return oneSessionResource(call, updated, expand)
}

/** Cancels for good; only while input is required. */
export async function cancelSession(
  call: WriteCall,
  id: string,
  expand: Expand = NOTHING,
): Promise<VerificationSession> {
  const session = await sessionToWrite(call, id)
  refuseRedacted(session, 'canceled')
  refuseUnless(session, ['requires_input'], 'be canceled')
  await audit(call, { action: 'session.canceled', object: id })
  if (session.remote !== null) {
    const answer = (again: WriteCall, left: SessionRecord) => oneSessionResource(again, left, expand)
    await changeLater(call, session, 'session.cancel', { answer })
    return oneSessionResource(call, session, expand)
  }
  const canceled: SessionRecord = { ...session, status: 'canceled' }
  await saveWithEvent(call, canceled, 'canceled')
  return oneSessionResource(call, canceled, expand)
}
