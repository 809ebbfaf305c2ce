import { createHmac, type KeyObject } from 'node:crypto'
import type { SessionRecord } from '../../../store/sessions.js'
import type { Call } from '../calls/call.js'
import { isSameSecret } from '../keys/same-secret.js'

/**
 * The tokens that open a session for the person: the end of its `url`, and its `client_secret`. They are signed, not
 * stored. The signature covers the attempt, so a token of one attempt does not work for the next. The lifetimes are
 * Stripe's.
 */
const LIFETIMES = { url: 48 * 60 * 60, secret: 24 * 60 * 60 } as const

type Kind = keyof typeof LIFETIMES
type Signing = Pick<Call<unknown>, 'signingSecret'>

/** The session's id without its prefix, a time in base 36, and a signature of 128 bits in base64url. */
const TOKEN = /^(?<id>[0-9a-z]{24})(?<issued>[0-9a-z]{7})(?<signature>[\w-]{22})$/
const SECRET = /^vs_(?<id>[0-9a-z]{24})_secret_(?:test|live)_(?<issued>[0-9a-z]{7})(?<signature>[\w-]{22})$/

/** Makes the tokens of sessions, anew for every answer that shows them. */
export interface TokenMaker {
  /** The end of a session's url. */
  url(session: SessionRecord): string
  clientSecret(session: SessionRecord): string
}

/** One for a whole answer: an answer may show a hundred sessions. */
export async function tokenMaker({ signingSecret, now }: Signing & { readonly now: number }): Promise<TokenMaker> {
  const secret = await signingSecret()
  const issued = now.toString(36).padStart(7, '0')
  return {
    url: (session) => session.id.slice('vs_'.length) + issued + sign(secret, 'url', session, now),
    clientSecret(session) {
      const mode = session.livemode ? 'live' : 'test'
      return `${session.id}_secret_${mode}_${issued}${sign(secret, 'secret', session, now)}`
    },
  }
}

/** The end of a session's url, made anew for every answer that shows it. */
export async function urlToken(call: Signing & { readonly now: number }, session: SessionRecord): Promise<string> {
  return (await tokenMaker(call)).url(session)
}

/** The content of a token. Do not trust any of it before `checkToken`. */
export interface Token {
  readonly kind: Kind
  readonly session: string
  readonly issued: number
  readonly signature: string
}

export function parseToken(text: string): Token | undefined {
  const url = TOKEN.exec(text)
  const { id, issued, signature } = (url ?? SECRET.exec(text))?.groups ?? {}
  if (id === undefined || issued === undefined || signature === undefined) return undefined
  return { kind: url ? 'url' : 'secret', session: `vs_${id}`, issued: Number.parseInt(issued, 36), signature }
}

/** "dead": used for an earlier attempt, or not made by this service; the two cannot be told apart. */
export type TokenCheck = 'valid' | 'expired' | 'dead'

export async function checkToken(
  call: Signing & { readonly now: number },
  { kind, issued, signature }: Token,
  session: SessionRecord,
): Promise<TokenCheck> {
  if (!isSameSecret(signature, sign(await call.signingSecret(), kind, session, issued))) return 'dead'
  return call.now - issued > LIFETIMES[kind] ? 'expired' : 'valid'
}

function sign(secret: KeyObject, kind: Kind, { id, attempt }: SessionRecord, issued: number): string {
  return createHmac('sha256', secret).update(`${kind}:${id}:${attempt}:${issued}`).digest('base64url').slice(0, 22)
}
