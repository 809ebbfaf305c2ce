import { canonicalJson } from '../../model/canonical.js'
import { DOCUMENT_TYPES } from '../../model/flow.js'
import type { SessionOptions } from '../../model/resources.js'
import { expandOptions } from '../../stripe/expand-flow.js'
import { MOST_PAIRS, OUR_METADATA, withOurMetadata } from '../../stripe/metadata.js'
import type { ChangedSession, OpenRequest } from '../verifier.js'

/** Parameters of Stripe's API, as the official client encodes them: an empty text unsets. */
type Params = Record<string, unknown>

/** What opens a session at Stripe. The same request gives the same parameters, as an idempotency key requires. */
export function openParams(request: OpenRequest): Params {
  const { bound, options, provided_details, metadata, client_reference_id, return_url, given } = request
  const { session, flow, flow_version: version, related_customer, related_customer_account } = request
  const details = Object.entries(provided_details ?? {}).filter(([, value]) => value !== undefined)
  return {
    ...(bound === null ? expandOptions(options) : { verification_flow: bound }),
    ...(details.length > 0 && { provided_details: Object.fromEntries(details) }),
    ...(client_reference_id !== null && { client_reference_id }),
    ...(return_url !== null && { return_url }),
    ...(related_customer !== null && { related_customer }),
    ...(related_customer_account !== null && { related_customer_account }),
    ...(given.related_person !== undefined && { related_person: { ...given.related_person } }),
    metadata: withOurMetadata(metadata, { session, flow, version }),
  }
}

/** Whether a session that is opened so can be told from others at Stripe: its metadata has room for our id. */
export function isMarked({ metadata, session }: OpenRequest): boolean {
  return withOurMetadata(metadata, { session })[OUR_METADATA.session] === session
}

/**
 * What changes a session at Stripe from what it was before, request by request; none if nothing is to be changed there.
 * The last one tells how the session then is.
 */
export function updateParams(session: ChangedSession): readonly Params[] {
  const params = changedParams(session)
  const pairs = Object.entries((params.metadata ?? {}) as Record<string, string>)
  // Whether Stripe counts the pairs of a request or those of the result is unverified against the live API.
  if (pairs.length <= MOST_PAIRS) return Object.keys(params).length === 0 ? [] : [params]
  const [unset, set] = [pairs.filter(([, value]) => value === ''), pairs.filter(([, value]) => value !== '')]
  return [{ metadata: Object.fromEntries(unset) }, { ...params, metadata: Object.fromEntries(set) }]
}

function changedParams({ before, ...now }: ChangedSession): Params {
  const metadata = changedMetadata(before.metadata, now.metadata)
  const details = changedTexts(before.provided_details ?? {}, now.provided_details ?? {})
  const isOtherType = now.type !== before.type
  const document = isOtherType ? documentOf(now.options) : changedDocument(before.options, now.options)
  return {
    ...(isOtherType && { type: now.type }),
    ...(document !== undefined && { options: { document } }),
    ...(Object.keys(details).length > 0 && { provided_details: details }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
  }
}

function changedTexts(before: object, now: object): Record<string, string> {
  const then = new Map<string, unknown>(Object.entries(before))
  const next = new Map<string, unknown>(Object.entries(now).filter(([, value]) => value !== undefined))
  const set = [...next].filter(([name, value]) => then.get(name) !== value)
  const unset = [...then.keys()].filter((name) => !next.has(name)).map((name) => [name, ''])
  return Object.fromEntries([...set, ...unset])
}

/** Where the caller's pairs leave no room for ours any more, ours go. */
function changedMetadata(before: OpenRequest['metadata'], now: OpenRequest['metadata']): Record<string, string> {
  const origin = { session: '-', flow: '-', version: 0 }
  const kept = withOurMetadata(now, origin)
  const gone = Object.keys(withOurMetadata(before, origin)).filter((name) => !Object.hasOwn(kept, name))
  const ours: readonly string[] = Object.values(OUR_METADATA)
  const changed = Object.entries(changedTexts(before, now)).filter(([name]) => !ours.includes(name))
  return { ...Object.fromEntries(changed), ...Object.fromEntries(gone.map((name) => [name, ''])) }
}

/** What a document's option is where none is set. Stripe's own text names no defaults: unverified against the live API. */
const UNSET = {
  allowed_types: DOCUMENT_TYPES,
  require_id_number: false,
  require_live_capture: false,
  require_matching_selfie: false,
} as const

/**
 * What is left out is said as its default: whether Stripe would keep or drop a member that an update does not name is
 * unverified against the live API, and this holds in either case.
 */
function changedDocument(before: SessionOptions, now: SessionOptions): Params | undefined {
  const then = documentOf(before)
  const next = documentOf(now)
  if (next === undefined || canonicalJson(then ?? {}) === canonicalJson(next)) return undefined
  const dropped = Object.entries(UNSET).filter(([name]) => name in (then ?? {}) && !(name in next))
  return { ...Object.fromEntries(dropped), ...next }
}

function documentOf(options: SessionOptions): Params | undefined {
  return options.document && { ...expandOptions(options).options?.document }
}
