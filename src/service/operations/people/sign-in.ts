import { createHash, createHmac } from 'node:crypto'
import type { SignInRecord } from '../../../store/people/sign-ins.js'
import type { Call, ReadCall, WriteCall } from '../calls/call.js'
import { isAtTheStore, type Principal } from '../calls/principal.js'
import { randomSecret } from '../keys/random-secret.js'
import { isSameSecret } from '../keys/same-secret.js'
import { audit, LONGEST_AGENT } from './audit.js'
import { type Role, scopesOfRoles } from './roles.js'

const MINUTE = 60
const HOUR = 60 * MINUTE

/** How long a link that signs in is good for, in seconds: it is followed at once, by whoever asked for it. */
export const LINK_LIFETIME = 30
/** How long somebody stays signed in without asking for a page, and at the most, in seconds. */
export const IDLE = 30 * MINUTE
const LONGEST = 12 * HOUR

/** Longer secrets are not looked up. */
const LONGEST_SECRET = 100

/** How long a sign-in is good enough for what asks for a fresh one, in seconds. */
export const FRESH = 5 * MINUTE
/** How long a form may be filled in that was opened with a fresh sign-in, in seconds. */
export const FILLING = 20 * MINUTE

export interface Person {
  readonly id: string
  readonly name: string
  readonly role: Role
}

/** A person who is signed in. */
export interface SignedIn {
  readonly principal: Extract<Principal, { readonly kind: 'person' }>
  readonly role: string
  readonly method: SignInRecord['method']
  /** Whether the person proved a moment ago who they are. */
  readonly isFresh: boolean
  /** The same when a form was opened that is being filled in since. */
  readonly wasFresh: boolean
  /** Belongs into every form: another site cannot know it. */
  readonly formToken: string
}

/** Makes a link that signs a person in, once; answers its secret. Only for a caller with direct access to the store. */
export async function makeSignInLink(call: WriteCall, { id, name, role }: Person): Promise<string> {
  if (!isAtTheStore(call.principal)) throw new Error('these links are made by those who can reach the store')
  const secret = randomSecret('signin_')
  const { now } = call
  await call.tx.signIns.insertLink({
    hash: hashOf(secret),
    person: id,
    name,
    role,
    created: now,
    expires: now + LINK_LIFETIME,
  })
  await audit(call, { action: 'sign_in_link.created', object: id, detail: role, livemode: null })
  return secret
}

/**
 * Signs in whoever comes with the secret of a link. The answer is the secret for the browser's cookie, made anew each
 * time; undefined if the link was used, has expired or never was. `replaced` is the secret that the cookie had.
 */
export async function signInByLink(call: WriteCall, secret: string, replaced: string): Promise<string | undefined> {
  const link = isSecret(secret) ? await call.tx.signIns.takeLink(hashOf(secret)) : undefined
  if (link === undefined || link.expires <= call.now) {
    await auditRefusal(call, link === undefined ? null : { id: link.person, name: link.name }, 'link_dead')
    return undefined
  }
  const { person, name, role } = link
  return signIn(call, { person, name, role, method: 'link', authenticated: call.now }, replaced)
}

/** Signs somebody in, with a new secret for the cookie; the sign-in that the browser had ends. */
export async function signIn(
  call: WriteCall,
  person: Pick<SignInRecord, 'person' | 'name' | 'role' | 'method' | 'authenticated'>,
  replaced: string,
): Promise<string> {
  const { now, tx, address = null, agent } = call
  // By the issuer's clock it may be later.
  const authenticated = person.authenticated && Math.min(person.authenticated, now)
  const secret = randomSecret('browser_')
  const hash = hashOf(secret)
  const times = { created: now, seen: now, expires: now + LONGEST }
  await tx.signIns.insert({
    ...person,
    authenticated,
    hash,
    ...times,
    address,
    agent: agent?.slice(0, LONGEST_AGENT) ?? null,
  })
  if (isSecret(replaced)) await tx.signIns.delete(hashOf(replaced))
  await tx.signIns.forget(now, now - IDLE)
  const by = { id: person.person, name: person.name, signIn: signInId(hash) }
  await audit(call, { action: 'sign_in.succeeded', detail: `${person.method}: ${person.role}`, by, livemode: null })
  return secret
}

/** Records that somebody was not signed in, and the reason as a word. */
export async function auditRefusal(
  call: WriteCall,
  by: { readonly id: string; readonly name: string } | null,
  reason: string,
): Promise<void> {
  const actor = by ?? { id: null, name: null }
  await audit(call, { action: 'sign_in.refused', detail: reason, by: actor, livemode: null })
}

/** Who is signed in with a cookie's secret; undefined if nobody is, or no longer. */
export async function signedIn(call: ReadCall, secret: string): Promise<(SignedIn & { isStale: boolean }) | undefined> {
  if (!isSecret(secret)) return undefined
  const hash = hashOf(secret)
  const found = await call.tx.signIns.byHash(hash)
  if (found === undefined || found.expires <= call.now || found.seen <= call.now - IDLE) return undefined
  const { person, name, role, method, authenticated } = found
  return {
    principal: { kind: 'person', id: person, name, scopes: scopesOfRoles(role), signIn: signInId(hash) },
    role,
    method,
    isFresh: authenticated !== null && authenticated > call.now - FRESH,
    wasFresh: authenticated !== null && authenticated > call.now - FRESH - FILLING,
    formToken: await formTokenOf(call, hash),
    isStale: found.seen <= call.now - MINUTE,
  }
}

/** Records that a browser asked for a page. */
export async function noteSeen(call: WriteCall, secret: string): Promise<void> {
  await call.tx.signIns.touch(hashOf(secret), call.now)
}

export async function signOut(call: WriteCall, secret: string): Promise<void> {
  const ended = await call.tx.signIns.delete(hashOf(secret))
  if (ended === undefined) return
  await audit(call, { action: 'sign_in.ended', livemode: null })
}

/** Whether a form comes from a page of this person. */
export function isOwnForm({ formToken }: SignedIn, given: unknown): boolean {
  return typeof given === 'string' && isSameSecret(given, formToken)
}

async function formTokenOf(call: Pick<Call<unknown>, 'signingSecret'>, hash: string): Promise<string> {
  return createHmac('sha256', await call.signingSecret())
    .update(`form:${hash}`)
    .digest('base64url')
}

/** What a sign-in is called where people read of it: the beginning of its digest. */
export function signInId(hash: string): string {
  return hash.slice(0, 16)
}

function isSecret(text: string): boolean {
  return text.length > 0 && text.length <= LONGEST_SECRET
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}
