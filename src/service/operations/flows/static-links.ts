import { createHash, createHmac } from 'node:crypto'
import { isEmailAddress } from '../../../model/email-address.js'
import type { FlowRecord } from '../../../store/flows.js'
import type { SessionRecord } from '../../../store/sessions.js'
import { type Asked, askedOf } from '../../../verifier/checks.js'
import { ApiError, invalid, notFound, rateLimited } from '../../api-error.js'
import { networkOf } from '../../network.js'
import type { ReadCall, Service, WriteCall } from '../calls/call.js'
import type { Limiter } from '../calls/limiter.js'
import { VISITOR } from '../calls/principal.js'
import { openLater } from '../sessions/remote/opening.js'
import { checkOf } from '../sessions/session-params.js'
import { urlToken } from '../sessions/session-tokens.js'
import { insertSession } from '../sessions/sessions.js'
import { goOnLater } from '../sessions/verifier-calls.js'
import { sessionOptions } from './session-options.js'

/** How many visits through static links one address may make in a minute: an office, not a flood. */
export const MOST_VISITS = 20
const WINDOW = 60

/** How long a repeated form counts as the same visit, in seconds. */
const SAME_VISIT = 60 * 60
const LINK_TOKEN = /^[0-9a-z]{24}$/

/** What a static link shows at first. */
export interface LinkPage {
  readonly name: string
  readonly livemode: boolean
  /** What the visitor will need; empty where that is not known here. */
  readonly asked: Asked
}

export interface Visit {
  readonly email: string
  readonly client_reference_id?: string | undefined
}

/** The page of a static link. Throws 404 without a reason if the link does not work, or no longer works. */
export async function visitLink(call: ReadCall, token: string): Promise<LinkPage> {
  const { config, livemode } = await flowBehind(call, token)
  // What a flow bound to one in a verifier's dashboard asks for stands there.
  const asked = askedOf(config.stripe_flow === undefined ? sessionOptions(config) : {})
  return { name: config.name, livemode, asked }
}

/** Where a person goes: to this service's page for a token, or to a verifier's own page. */
export type Way = { readonly token: string } | { readonly url: string }

/**
 * Makes a session for the person with this address, and answers how to open it. A form that is sent twice makes one
 * session. That is safe: the session is unused, so it reveals nothing about another person.
 */
export async function enterLink(call: WriteCall, token: string, visit: Visit): Promise<Way> {
  const email = checkedEmail(visit.email)
  const flow = await flowBehind(call, token)
  const inMode = { ...call, livemode: flow.livemode }
  const visitor = visitorOf(flow, email, visit.client_reference_id ?? '')
  // A second submit of the same form waits here, and then finds the session.
  await call.tx.lock(`visitor:${visitor}`)
  const found = await call.tx.sessions.untouchedOf(flow.livemode, visitor, call.now - SAME_VISIT)
  const session =
    found ??
    (await insertSession(
      inMode,
      await checkOf(inMode, { verification_flow: flow.id }),
      { client_reference_id: visit.client_reference_id, provided_details: { email } },
      visitor,
    ))
  if (session.remote === null) return { token: await urlToken(call, session) }
  // The verifier's address works once: a returning visitor needs a new one.
  if (found === undefined) await openLater(inMode, session, wayTo)
  else await goOnLater(inMode, session, { orRead: true, answer: wayTo })
  return { token: '' }
}

async function wayTo(_call: WriteCall, { remote }: SessionRecord): Promise<Way> {
  if (remote === null || remote.url === null) {
    throw new ApiError(410, { message: 'This verification cannot be gone on with. Open the link again.' })
  }
  return { url: remote.url }
}

/** A person types it: an unlikely address is probably a slip, so it is reported while the person can still mend it. */
function checkedEmail(typed: string): string {
  const email = typed.trim()
  if (email === '') throw invalid('email_invalid', 'email', 'Enter an email address.')
  if (!isEmailAddress(email)) throw invalid('email_invalid', 'email', 'Invalid email address.')
  return email
}

async function flowBehind({ tx }: Pick<ReadCall, 'tx'>, token: string): Promise<FlowRecord> {
  const flow = LINK_TOKEN.test(token) ? await tx.flows.byLinkToken(token) : undefined
  if (flow === undefined || flow.status !== 'active' || !flow.config.static_link.active)
    throw notFound('page', '', 'token')
  return flow
}

/**
 * Counts a visit before any look-up, so that every visit counts, whatever its result. Throws 429 when the address has
 * made too many.
 */
export async function countVisit(service: Service, limiter: Limiter, address: string): Promise<void> {
  const secret = await service.read({ livemode: false, principal: VISITOR }, (call) => call.signingSecret())
  // The hash hides the address, and the counter is soon deleted.
  const scope = createHmac('sha256', secret).update(networkOf(address)).digest('base64url')
  const permit = await limiter.take(`link:${scope}`, WINDOW, MOST_VISITS)
  if (permit.ok) return
  throw rateLimited('Too many visits from this address. Try again in a minute.', {
    scope: 'link',
    retryAfter: permit.retryAfter,
    isWorthRetry: true,
  })
}

/** The version is included: after a change of the flow, a visitor gets a new session with the new checks. */
function visitorOf({ id, version }: FlowRecord, email: string, reference: string): string {
  return createHash('sha256')
    .update(JSON.stringify([id, version, email.toLowerCase(), reference]))
    .digest('hex')
}
