import { DOCUMENT_TYPES } from '../../../../model/flow.js'
import type { SessionError, SessionStatus } from '../../../../model/resources.js'
import type { SessionRecord } from '../../../../store/sessions.js'
import type { ReadTransaction } from '../../../../store/store.js'
import { StoreError } from '../../../../store/store-error.js'
import { type Asked, askedOf } from '../../../../verifier/checks.js'
import {
  type Answers,
  type FieldFault,
  type HostedForm,
  type HostedPage,
  nextStep,
  type Step,
} from '../../../../verifier/hosted-page.js'
import { checkOf } from '../../../../verifier/simulator/outcomes.js'
import { notFound } from '../../../api-error.js'
import type { Call, LookupCall, ReadCall, Service, WriteCall } from '../../calls/call.js'
import { SERVICE } from '../../calls/principal.js'
import { submit } from '../attempts.js'
import { checkToken, parseToken, type TokenCheck, urlToken } from '../session-tokens.js'
import { LinkGone } from './link-gone.js'
import { hasSubmitted, openAnswers, sealAnswers, sealReceipt } from './sealed.js'

/** What every page of a session shows. */
interface Shown {
  /** The flow's name; null for a session without a flow. */
  readonly name: string | null
  readonly livemode: boolean
}

/** A step of a session that is open. */
export interface OpenSession extends Shown {
  readonly last_error: SessionError | null
  /** What it takes. */
  readonly asked: Asked
  readonly step: Step
  readonly steps: readonly Step[]
  readonly answers: Answers
  /** How the attempt can be made to end. */
  readonly form: HostedForm
}

/** What became of the attempt that this browser has submitted. */
export interface SubmittedSession extends Shown {
  readonly status: SessionStatus
  readonly last_error: SessionError | null
  /** Opens the session for another attempt; null if there is none. */
  readonly again: string | null
  /** Where the person came from; null if nothing is said. */
  readonly return_url: string | null
}

export type HostedSession =
  | ({ readonly is: 'open' } & OpenSession)
  | ({ readonly is: 'submitted' } & SubmittedSession)
  /** This service has nobody who verifies the session. */
  | ({ readonly is: 'stuck' } & Shown)

/** What a browser brings along. */
export interface Bringing {
  /** The end of the session's url, or its client secret. */
  readonly token: string
  /** What it keeps of the page before; "" for nothing. */
  readonly kept: string
}

/**
 * The session that a token opens, at the step that is asked for, or at the first one that is still to be done. When it is
 * opened first is noted: how many people who begin also submit is counted from that. Throws 404, or 410 (LinkGone).
 */
export async function openHostedSession(
  call: LookupCall,
  { token, kept }: Bringing,
  wanted: string,
): Promise<HostedSession> {
  const found = await sessionBehind(call, token, (livemode, id) => call.tx.sessions.byId(livemode, id))
  const { session } = found
  if (await isOver(call, found, kept)) return submittedSession(call, session)
  refuseGone(found)
  const page = call.verifiers.pageOf(session.livemode)
  const shown = await shownOf(call, session)
  const hosted: HostedSession =
    page === undefined
      ? { is: 'stuck', ...shown }
      : { is: 'open', ...openAt(page, session, shown, await openAnswers(call, session, kept), wanted) }
  if (session.started === null) {
    call.elsewhere(async (service) => {
      await noteStarted(service, session)
      return hosted
    })
  }
  return hosted
}

/**
 * What comes after a step: the next one, the same one with faults, the end of the attempt, or what comes after that, if
 * the attempt is over already.
 */
export type AfterStep =
  | { readonly to: Step; readonly keep: string }
  | { readonly again: OpenSession; readonly faults: readonly FieldFault[]; readonly keep: string }
  | { readonly outcome: string }
  | { readonly submitted: AfterSubmit }

/**
 * Takes what was filled in at a step. A step that is not open yet, or that the session does not have, is not taken: the
 * person goes on where they are. Throws 404 or 410.
 */
export async function takeHostedStep(
  call: ReadCall,
  { token, kept }: Bringing,
  { step: name, fields }: { readonly step: string; readonly fields: Readonly<Record<string, string>> },
): Promise<AfterStep> {
  const found = await sessionBehind(call, token, (livemode, id) => call.tx.sessions.byId(livemode, id))
  const { session } = found
  if (await isOver(call, found, kept)) return { submitted: await afterSubmit(call, session) }
  refuseGone(found)
  const page = call.verifiers.pageOf(session.livemode)
  if (page === undefined) throw notFound('page', '', 'token')
  const answers = await openAnswers(call, session, kept)
  const steps = page.steps(session)
  const step = reached(steps, answers, name)
  if (step === undefined) return { to: nextStep(steps, answers), keep: kept }
  const taken = page.take(session, { step: step.name, answers, fields, now: call.now })
  if ('outcome' in taken) return taken
  const keep = await sealAnswers(call, session, taken.answers)
  if (!('faults' in taken)) return { to: nextStep(steps, taken.answers), keep }
  const again = openAt(page, session, await shownOf(call, session), taken.answers, name)
  return { again, faults: taken.faults, keep }
}

export interface AfterSubmit {
  readonly livemode: boolean
  /** Where the person goes next; null if nothing is said. */
  readonly return_url: string | null
  /** Whether the attempt ended before anything was checked: the person declined, for example. */
  readonly gaveUp: boolean
  /** For the browser, which then sees the result. */
  readonly keep: string
}

/**
 * Submits the session that a token opens; the token is then used up. The address and the number that the person typed
 * are stored as if they had been given beforehand, once the person is verified with them: after any other outcome they
 * may be what was wrong, so the next attempt asks for them anew. The document that the person picked is in the report.
 */
export async function submitHostedSession(
  call: WriteCall,
  { token, kept }: Bringing,
  choice: string,
): Promise<AfterSubmit> {
  const found = await sessionBehind(call, token, (livemode, id) => call.tx.sessions.toWrite(livemode, id))
  const { session } = found
  // Whoever clicks twice gets the answer to the second form: the browser has dropped the first.
  if (await isOver(call, found, kept)) return afterSubmit(call, session)
  refuseGone(found)
  const { email, phone, document, country } = await openAnswers(call, session, kept)
  const typed = { ...(email !== undefined && { email }), ...(phone !== undefined && { phone }) }
  const isTyped = choice === 'verified' && Object.keys(typed).length > 0
  const provided_details = isTyped ? { ...typed, ...session.provided_details } : session.provided_details
  const type = DOCUMENT_TYPES.find((one) => one === document)
  const picked = type === undefined || country === undefined ? null : { type, country }
  const inMode = { ...call, livemode: session.livemode }
  return afterSubmit(call, await submit(inMode, { ...session, provided_details }, choice, picked))
}

async function afterSubmit(call: ReadCall, session: SessionRecord): Promise<AfterSubmit> {
  const { livemode, return_url, status, last_error } = session
  const gaveUp = status === 'requires_input' && last_error !== null && checkOf(last_error.code) === undefined
  return { livemode, return_url, gaveUp, keep: await sealReceipt(call, session) }
}

async function shownOf(call: Call<ReadTransaction>, { flow, livemode }: SessionRecord): Promise<Shown> {
  const name = flow === null ? undefined : (await call.tx.flows.byId(livemode, flow))?.config.name
  return { name: name ?? null, livemode }
}

function openAt(page: HostedPage, session: SessionRecord, shown: Shown, answers: Answers, wanted: string): OpenSession {
  const steps = page.steps(session)
  const step = reached(steps, answers, wanted) ?? nextStep(steps, answers)
  const { last_error, options } = session
  return { ...shown, last_error, asked: askedOf(options), step, steps, answers, form: page.form(session) }
}

/** The step of this name, if all before it are answered. */
function reached(steps: readonly Step[], answers: Answers, name: string): Step | undefined {
  const open = steps.indexOf(nextStep(steps, answers))
  return steps.slice(0, open + 1).find((step) => step.name === name)
}

async function submittedSession(call: ReadCall, session: SessionRecord): Promise<HostedSession> {
  const { status, last_error, return_url } = session
  const again = status === 'requires_input' ? await urlToken(call, session) : null
  return { is: 'submitted', ...(await shownOf(call, session)), status, last_error, again, return_url }
}

async function noteStarted(service: Service, { livemode, id }: SessionRecord): Promise<void> {
  const noting = service.write({ livemode, principal: SERVICE }, async ({ tx, now }) => {
    const found = await tx.sessions.toWrite(livemode, id)
    if (found?.started === null) await tx.sessions.update({ ...found, started: now })
  })
  // A store that takes no writes at the moment can still show the page.
  await noting.catch((error: unknown) => {
    if (!(error instanceof StoreError)) throw error
  })
}

interface Found {
  readonly session: SessionRecord
  readonly check: TokenCheck
}

async function sessionBehind(
  call: Call<ReadTransaction>,
  text: string,
  find: (livemode: boolean, id: string) => Promise<SessionRecord | undefined>,
): Promise<Found> {
  const token = parseToken(text)
  if (token === undefined) throw notFound('page', '', 'token')
  // The token does not name the mode, and its holder may see the session in either.
  const session = (await find(false, token.session)) ?? (await find(true, token.session))
  // Sessions of remote verifiers have no page here.
  if (session === undefined || session.remote !== null) throw notFound('page', '', 'token')
  return { session, check: await checkToken(call, token, session) }
}

/**
 * Whether the token was for an attempt that is over, and this browser took part in the newest one. Throws 410 if the
 * session was canceled since: there is no other attempt.
 */
async function isOver(call: ReadCall, { session, check }: Found, kept: string): Promise<boolean> {
  if (check !== 'dead' || !(await hasSubmitted(call, session, kept))) return false
  if (session.status === 'canceled') throw new LinkGone('canceled', session.return_url)
  return session.redaction === null
}

/** Only whoever holds an address that was given out learns that it expired, or that the session was canceled. */
function refuseGone({ session: { status, redaction }, check }: Found): void {
  if (check === 'dead') throw new LinkGone('used')
  if (check === 'expired') throw new LinkGone('expired')
  if (status === 'canceled' || redaction !== null) throw new LinkGone('canceled')
  if (status !== 'requires_input') throw new LinkGone('used')
}
