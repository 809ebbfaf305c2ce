import { isObject } from '../../../model/json.js'
import { mergePatch } from '../../../model/merge-patch.js'
import { modeFor } from '../../../model/mode.js'
import type { SessionOptions, VerificationSession } from '../../../model/resources.js'
import type { SessionRecord } from '../../../store/sessions.js'
import { returnUrlFault } from '../../../validate/address.js'
import { controlCharacterIssues } from '../../../validate/control-characters.js'
import { isLonger } from '../../../validate/text-length.js'
import { ApiError, invalid, invalidValue, missing } from '../../api-error.js'
import type { WriteCall } from '../calls/call.js'
import { checkMembers } from '../flows/check-body.js'
import { findFlow } from '../flows/find-flow.js'
import { sessionOptions } from '../flows/session-options.js'
import { beyondBinding, bindingOf } from '../keys/binding.js'

/** The longest text that a caller may give, in characters: Stripe's limit. */
export const LONGEST_TEXT = 5000

/** Null and the empty value mean "none"; numbers and booleans become strings. */
export type Metadata = Readonly<Record<string, unknown>> | null | undefined

export type ProvidedDetails =
  | { readonly email?: string | null | undefined; readonly phone?: string | null | undefined }
  | null
  | undefined

export interface CheckParams {
  /** Id or key of the flow whose options are copied. */
  readonly verification_flow?: string | undefined
  readonly type?: string | undefined
  readonly options?: { readonly document?: unknown } | null | undefined
}

/** What a session checks. */
export interface Check extends Pick<SessionRecord, 'flow' | 'flow_version' | 'type' | 'options' | 'return_url'> {
  /** The flow at Stripe that its flow is bound to; null for none. */
  readonly bound: string | null
}

export async function checkOf(call: WriteCall, params: CheckParams): Promise<Check> {
  if (params.verification_flow === undefined) {
    // A session without a flow is beyond every binding.
    if (bindingOf(call.principal) !== null) throw beyondBinding(call.principal, 'verification_flow')
    return checkFromType(params)
  }
  refuseOwnCheck(params, 'verification_flow and')
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
    bound: flow.config.stripe_flow ?? null,
  }
}

/** The check after an update by a patch, where null resets a member to its default. */
export function updatedCheck(
  session: SessionRecord,
  { type, options }: Pick<CheckParams, 'type' | 'options'>,
): Pick<SessionRecord, 'type' | 'options'> {
  if (session.type === 'verification_flow') {
    refuseOwnCheck({ type, options }, 'the verification flow of the session and')
    return session
  }
  if (type === undefined && options === undefined) return session
  const { document } = session.options
  // Options of a document belong to the type.
  const before = document && session.type === (type ?? session.type) ? { document } : {}
  return checkFromType({ type: type ?? session.type, options }, before)
}

function refuseOwnCheck(params: Pick<CheckParams, 'type' | 'options'>, instead: string): void {
  for (const param of ['type', 'options'] as const) {
    if (isUnset(params[param])) continue
    const message = `You may give only one of ${instead} ${param}: the flow says what is checked.`
    throw invalid('parameters_exclusive', param, message)
  }
}

/** Null, undefined, or an object with only such values: "options[document]=" resets options and does not set any. */
function isUnset(value: unknown): boolean {
  if (value === null || value === undefined) return true
  return typeof value === 'object' && Object.values(value).every(isUnset)
}

function checkFromType({ type, options }: CheckParams, before: SessionOptions = {}): Check {
  if (type === undefined) throw missing('type')
  if (options != null) {
    const unknown = Object.keys(options).find((name) => name !== 'document')
    if (unknown !== undefined) {
      const param = `options[${unknown}]`
      const message = `Received unknown parameter: ${param}: only a verification flow can ask for it`
      throw invalid('parameter_unknown', param, message)
    }
  }
  const asked = options === null ? {} : mergePatch(before, options ?? {})
  const config = checkMembers({ type, options: asked })
  const { document } = config.options
  return {
    flow: null,
    flow_version: null,
    type: config.type,
    options: document === undefined ? { id_number: {} } : { document: only(document, namesIn(asked, 'document')) },
    return_url: null,
    bound: null,
  }
}

/** The members with one of these names. */
function only<T extends object>(value: T, names: ReadonlySet<string>): Partial<T> {
  return Object.fromEntries(Object.entries(value).filter(([name]) => names.has(name))) as Partial<T>
}

function namesIn(value: unknown, member: string): ReadonlySet<string> {
  const inner = isObject(value) ? value[member] : undefined
  return new Set(isObject(inner) ? Object.keys(inner) : [])
}

/** Merges into the existing metadata, as Stripe does: an empty value removes its key, an empty whole removes all. */
export function mergedMetadata(before: Readonly<Record<string, string>>, given: Metadata): Record<string, string> {
  if (given === undefined) return before
  const merged = new Map<string, unknown>(given === null ? [] : Object.entries(before))
  for (const [name, value] of Object.entries(given ?? {})) {
    if (value === '' || value === null || value === undefined) merged.delete(name)
    else merged.set(name, typeof value === 'number' || typeof value === 'boolean' ? String(value) : value)
  }
  return checkMembers({ metadata: Object.fromEntries(merged) }).metadata
}

/** Merges likewise. Errors do not repeat the value: it is personal. */
export function mergedDetails(
  before: SessionRecord['provided_details'],
  details: ProvidedDetails,
): SessionRecord['provided_details'] {
  if (details === undefined) return before
  if (details === null) return null
  const { email = before?.email, phone = before?.phone, ...others } = details
  const [unknown] = Object.keys(others)
  if (unknown !== undefined) {
    const param = `provided_details[${unknown}]`
    throw invalid('parameter_unknown', param, `Received unknown parameter: ${param}`)
  }
  checkText(email, 'provided_details[email]')
  checkText(phone, 'provided_details[phone]')
  // Mail servers accept more than any pattern here would. Phone numbers have many spellings and are kept as given.
  if (email && !/.@./u.test(email)) {
    throw invalid('email_invalid', 'provided_details[email]', 'Invalid email address: it has no @ between two names.')
  }
  if (!email && !phone) return null
  return { ...(email && { email }), ...(phone && { phone }) }
}

/** Parameters that are only stored and shown. A new one also needs a row in service/api and a place in the answer. */
export interface GivenParams {
  readonly related_person?: RelatedPerson
}

type RelatedPerson =
  | { readonly account?: string | null | undefined; readonly person?: string | null | undefined }
  | null
  | undefined

/** The given parameters as they are shown; those not given are left out. Throws 400. */
export function givenOf({ related_person }: GivenParams): Pick<VerificationSession, 'related_person'> {
  const person = relatedPerson(related_person)
  return { ...(person !== null && { related_person: person }) }
}

/** Both ids are needed to name a person at Stripe. */
function relatedPerson(given: RelatedPerson): { readonly account: string; readonly person: string } | null {
  if (isUnset(given)) return null
  const idOf = (name: 'account' | 'person') => {
    const param = `related_person[${name}]`
    const id = checkText(given?.[name], param)
    if (id === null) throw missing(param)
    return id
  }
  return { account: idOf('account'), person: idOf('person') }
}

/** A text of one line, unchanged; null for none. Throws 400 without the value, which may be personal. */
export function checkText(value: string | null | undefined, param: string, longest = LONGEST_TEXT): string | null {
  if (value == null || value === '') return null
  if (isLonger(value, longest)) throw invalidValue(param, `Invalid ${param}: must be at most ${longest} characters.`)
  if (controlCharacterIssues(value).length > 0) {
    throw invalidValue(param, `Invalid ${param}: must not hold control characters.`)
  }
  return value
}

/** Where the person goes afterwards; null for none, or to use the flow's address. Throws 400. */
export function checkReturnUrl(value: string | null | undefined, livemode: boolean): string | null {
  const url = checkText(value, 'return_url')
  const fault = url === null ? undefined : returnUrlFault(url, modeFor(livemode))
  if (fault === undefined) return url
  throw invalid('url_invalid', 'return_url', `Invalid return_url: it ${fault.message} (${fault.hint}).`)
}
