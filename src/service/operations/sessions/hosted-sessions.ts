import type { SessionError } from '../../../model/resources.js'
import type { SessionRecord } from '../../../store/sessions.js'
import type { ReadTransaction } from '../../../store/store.js'
import { StoreError } from '../../../store/store-error.js'
import type { HostedForm } from '../../../verifier/hosted-page.js'
import { ApiError, notFound } from '../../api-error.js'
import type { Call, LookupCall, Service, WriteCall } from '../calls/call.js'
import { SERVICE } from '../calls/principal.js'
import { submit } from './attempts.js'
import { checkToken, parseToken } from './session-tokens.js'

/** What the page shows to the person who is verified. */
export interface HostedSession {
  /** The flow's name; null for a session without a flow. */
  readonly name: string | null
  readonly livemode: boolean
  readonly last_error: SessionError | null
  /** The verifier's form; null if this service cannot verify anybody. */
  readonly form: HostedForm | null
}

/**
 * The session that a token opens. The token is the end of its url, or its client secret. When it is opened first is
 * noted: how many people who begin also submit is counted from that. Throws 404 or 410.
 */
export async function openHostedSession(call: LookupCall, token: string): Promise<HostedSession> {
  const session = await sessionBehind(call, token, (livemode, id) => call.tx.sessions.byId(livemode, id))
  const { flow, livemode, last_error } = session
  const name = flow === null ? undefined : (await call.tx.flows.byId(livemode, flow))?.config.name
  const form = call.verifiers.pageOf(livemode)?.form(session)
  const shown = { name: name ?? null, livemode, last_error, form: form ?? null }
  if (session.started === null) {
    call.elsewhere(async (service) => {
      await noteStarted(service, session)
      return shown
    })
  }
  return shown
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

/** Submits the session that a token opens; the token is then used up. Answers where the person goes next. */
export async function submitHostedSession(call: WriteCall, token: string, choice: string): Promise<string | null> {
  const session = await sessionBehind(call, token, (livemode, id) => call.tx.sessions.toWrite(livemode, id))
  await submit({ ...call, livemode: session.livemode }, session, choice)
  return session.return_url
}

async function sessionBehind(
  call: Call<ReadTransaction>,
  text: string,
  find: (livemode: boolean, id: string) => Promise<SessionRecord | undefined>,
): Promise<SessionRecord> {
  const token = parseToken(text)
  if (token === undefined) throw notFound('page', '', 'token')
  // The token does not name the mode, and its holder may see the session in either.
  const session = (await find(false, token.session)) ?? (await find(true, token.session))
  // Sessions of remote verifiers have no page here.
  if (session === undefined || session.remote !== null) throw notFound('page', '', 'token')
  const check = await checkToken(call, token, session)
  if (check === 'valid' && session.status === 'requires_input' && session.redaction === null) return session
  const message = check === 'expired' ? 'This link has expired.' : 'This link has been used already.'
  throw new ApiError(410, { message })
}
