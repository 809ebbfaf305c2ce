import type { FlowConfig } from '../../model/flow.js'
import type { ListObject, SessionOptions, VerificationSession } from '../../model/resources.js'
import type { SessionRecord } from '../../store/store.js'
import { controlCharacterIssues } from '../../validate/control-characters.js'
import { ApiError, invalid, missing, notFound } from '../api-error.js'
import type { ReadCall, WriteCall } from './call.js'
import { checkMembers } from './check-body.js'
import { findFlow } from './find-flow.js'
import { type ListParams, listObject, pageOf, rangeOf } from './list.js'

const ENDPOINT = '/v1/identity/verification_sessions'
const LONGEST_REFERENCE = 5000
const LONGEST_EMAIL = 254
const LONGEST_CUSTOMER = 255

export interface CreateSessionParams {
  /** Id or key of the flow whose options are copied. */
  readonly verification_flow?: string | undefined
  readonly type?: string | undefined
  readonly options?: { readonly document?: unknown } | null | undefined
  readonly client_reference_id?: string | null | undefined
  /** Numbers and booleans become strings; an empty value drops its key. */
  readonly metadata?: Readonly<Record<string, unknown>> | null | undefined
  readonly provided_details?:
    | { readonly email?: string | null | undefined; readonly phone?: string | null | undefined }
    | null
    | undefined
  readonly related_customer?: string | null | undefined
  readonly related_customer_account?: string | null | undefined
  readonly related_person?:
    | { readonly account?: string | null | undefined; readonly person?: string | null | undefined }
    | null
    | undefined
  readonly return_url?: string | null | undefined
}

export interface ListSessionsParams extends ListParams {
  /** Extension: id or key of the flow. */
  readonly verification_flow?: string | undefined
  readonly client_reference_id?: string | undefined
  readonly related_customer?: string | undefined
  readonly status?: SessionRecord['status'] | undefined
}

/** Creates a session from a flow, whose options it copies for good, or from a type and options as Stripe does. */
export async function createSession(call: WriteCall, params: CreateSessionParams): Promise<VerificationSession> {
  refuseUnsupported(params)
  const check = await checkOf(call, params)
  const given = checkMembers({
    metadata: metadataOf(params.metadata),
    ...(params.return_url != null && { return_url: params.return_url }),
  })
  const session: SessionRecord = {
    id: call.id('vs'),
    livemode: call.livemode,
    ...check,
    status: 'requires_input',
    metadata: given.metadata,
    client_reference_id: checkText(params.client_reference_id, 'client_reference_id', LONGEST_REFERENCE),
    provided_details: providedDetails(params.provided_details),
    related_customer: checkText(params.related_customer, 'related_customer', LONGEST_CUSTOMER),
    related_customer_account: null,
    related_person: null,
    return_url: given.return_url ?? check.return_url,
    last_error: null,
    last_report: null,
    verified_outputs: null,
    redaction: null,
    attempt: 0,
    outcome: null,
    due: null,
    link_visitor: null,
    created: call.now,
  }
  await call.tx.sessions.insert(session)
  return toResource(session)
}

export async function retrieveSession({ tx, livemode }: ReadCall, id: string): Promise<VerificationSession> {
  const session = await tx.sessions.byId(livemode, id)
  if (session === undefined) throw notFound('identity.verification_session', id)
  return toResource(session)
}

export async function listSessions(
  call: ReadCall,
  params: ListSessionsParams = {},
): Promise<ListObject<VerificationSession>> {
  const { tx, livemode } = call
  const page = await pageOf(
    params,
    'identity.verification_session',
    async (id) => (await tx.sessions.byId(livemode, id)) !== undefined,
  )
  const { verification_flow, client_reference_id, related_customer, status, created } = params
  const flow =
    verification_flow === undefined ? undefined : (await findFlow(call, verification_flow, 'verification_flow')).id
  const filter = { flow, client_reference_id, related_customer, status, created: rangeOf(created) }
  return listObject(ENDPOINT, await tx.sessions.list(livemode, filter, page), toResource)
}

/** What a session runs: only the checks that are on. */
export function sessionOptions({ type, options }: Pick<FlowConfig, 'type' | 'options'>): SessionOptions {
  const { document, email, phone, matching } = options
  return {
    ...(type === 'document' && document && { document }),
    ...(type === 'id_number' && { id_number: {} }),
    ...(email.require_verification && { email }),
    ...(phone.require_verification && { phone }),
    ...((matching.name !== 'none' || matching.dob !== 'none') && { matching }),
  }
}

/** Stripe's own parameters that no session here has room for. What is not kept is not taken. */
function refuseUnsupported({ related_customer_account, related_person }: CreateSessionParams): void {
  if (!isUnset(related_person)) {
    for (const name of ['account', 'person'] as const) {
      const param = `related_person[${name}]`
      if (checkText(related_person?.[name], param, LONGEST_CUSTOMER) === null) throw missing(param)
    }
    throw unsupported('related_person')
  }
  const account = checkText(related_customer_account, 'related_customer_account', LONGEST_CUSTOMER)
  if (account !== null) throw unsupported('related_customer_account')
}

function unsupported(param: string): ApiError {
  return invalid('parameter_invalid', param, `${param} is not supported yet: leave it out, or keep it in metadata.`)
}

type Check = Pick<SessionRecord, 'flow' | 'flow_version' | 'type' | 'options' | 'return_url'>

async function checkOf(call: WriteCall, params: CreateSessionParams): Promise<Check> {
  if (params.verification_flow === undefined) return checkFromType(params)
  for (const param of ['type', 'options'] as const) {
    if (isUnset(params[param])) continue
    const message = `You may give only one of verification_flow and ${param}: the flow says what is checked.`
    throw invalid('parameters_exclusive', param, message)
  }
  const flow = await findFlow(call, params.verification_flow, 'verification_flow')
  if (flow.status === 'archived') {
    const message = `The verification flow '${flow.id}' (${flow.key}) is archived: it takes no new sessions. Restore it, or use another flow.`
    throw new ApiError(400, { code: 'flow_archived', param: 'verification_flow', message })
  }
  return {
    flow: flow.id,
    flow_version: flow.version,
    type: 'verification_flow',
    options: sessionOptions(flow.config),
    return_url: flow.config.return_url,
  }
}

/** Nothing, or an object of nothing: "options[document]=" takes options back to their defaults, and asks for none. */
function isUnset(value: unknown): boolean {
  if (value === null || value === undefined) return true
  return typeof value === 'object' && Object.values(value).every(isUnset)
}

function checkFromType({ type, options }: CreateSessionParams): Check {
  if (type === undefined) throw missing('type')
  if (options != null) {
    const unknown = Object.keys(options).find((name) => name !== 'document')
    if (unknown !== undefined) {
      const param = `options[${unknown}]`
      const message = `Received unknown parameter: ${param}: only a verification flow can ask for it`
      throw invalid('parameter_unknown', param, message)
    }
  }
  const document = options?.document ?? undefined
  const config = checkMembers({ type, options: document === undefined ? {} : { document } })
  return { flow: null, flow_version: null, type: config.type, options: sessionOptions(config), return_url: null }
}

function metadataOf(metadata: CreateSessionParams['metadata']): Record<string, unknown> {
  const entries = Object.entries(metadata ?? {})
    .filter(([, value]) => value !== '' && value !== null && value !== undefined)
    .map(([name, value]) => [name, typeof value === 'number' || typeof value === 'boolean' ? String(value) : value])
  return Object.fromEntries(entries)
}

/** What is wrong is told without the value: it is personal. */
function providedDetails(details: CreateSessionParams['provided_details']): SessionRecord['provided_details'] {
  if (details == null) return null
  const { email, phone, ...others } = details
  const [unknown] = Object.keys(others)
  if (unknown !== undefined) {
    const param = `provided_details[${unknown}]`
    throw invalid('parameter_unknown', param, `Received unknown parameter: ${param}`)
  }
  if (email && (email.length > LONGEST_EMAIL || !/^[^\s@\p{Cc}\p{Cs}]+@[^\s@\p{Cc}\p{Cs}]+$/u.test(email))) {
    throw invalid('email_invalid', 'provided_details[email]', 'Invalid email address.')
  }
  if (phone && !/^\+[1-9]\d{1,14}$/.test(phone)) {
    throw invalid('phone_invalid', 'provided_details[phone]', 'Invalid phone number: write it as +14155552671.')
  }
  if (!email && !phone) return null
  return { ...(email && { email }), ...(phone && { phone }) }
}

function checkText(value: string | null | undefined, param: string, longest: number): string | null {
  if (value == null || value === '') return null
  if (value.length > longest) {
    throw invalid('parameter_invalid', param, `Invalid ${param}: must be at most ${longest} characters.`)
  }
  if (controlCharacterIssues(value, []).length > 0) {
    throw invalid('parameter_invalid', param, `Invalid ${param}: must not hold control characters.`)
  }
  return value
}

function toResource(session: SessionRecord): VerificationSession {
  return {
    id: session.id,
    object: 'identity.verification_session',
    client_reference_id: session.client_reference_id,
    client_secret: null,
    created: session.created,
    last_error: null,
    last_verification_report: null,
    livemode: session.livemode,
    metadata: session.metadata,
    options: session.options,
    provided_details: session.provided_details,
    redaction: null,
    related_customer: session.related_customer,
    related_customer_account: session.related_customer_account,
    status: session.status,
    type: session.type,
    url: null,
    ...(session.flow !== null && { verification_flow: session.flow }),
    ...(session.flow_version !== null && { verification_flow_version: session.flow_version }),
  }
}
