import { sha256 } from '../../../model/canonical.js'
import type { EphemeralKey } from '../../../model/resources.js'
import type { ApiKeyRecord, EphemeralKeyRecord } from '../../../store/keys.js'
import type { SessionRecord } from '../../../store/sessions.js'
import { VerifierError } from '../../../verifier/verifier-error.js'
import { ApiError, missing, notFound } from '../../api-error.js'
import { API_VERSION } from '../../api-version.js'
import type { ReadCall, WriteCall } from '../calls/call.js'
import { isOfFlowWithin } from '../flows/find-flow.js'
import { heldSession } from '../sessions/held-session.js'
import { askVerifier, failureOf, unanswered, verifierOf } from '../sessions/remote/ask.js'
import { notFoundFor } from './binding.js'
import { randomSecret } from './random-secret.js'

const SESSION = 'identity.verification_session'
/** Seconds; Stripe's. */
const LIFE_OF_EPHEMERAL_KEY = 60 * 60
const PREFIX = 'ek_'
/** Time limit of a verifier, in milliseconds. */
const TIME_LIMIT = 10_000

export interface CreateEphemeralKeyParams {
  readonly verification_session?: string | undefined
}

/**
 * Makes a key that may only read one session, for the app on the device of the person who is verified. It lasts an
 * hour, but not longer than the key that makes it. Only this answer holds its secret. The app of a person who is
 * verified elsewhere talks to that verifier, so the key is made there. `id` is then that of a request that is repeated.
 */
export async function createEphemeralKey(
  call: WriteCall,
  { verification_session }: CreateEphemeralKeyParams,
  id = call.id('ephkey'),
): Promise<EphemeralKey> {
  const { tx, livemode, now } = call
  if (verification_session === undefined) throw missing('verification_session')
  const session = await tx.sessions.byId(livemode, verification_session)
  if (session === undefined || !(await isOfFlowWithin(call, session.flow))) {
    throw notFoundFor(call.principal, SESSION, verification_session, 'verification_session')
  }
  if (call.apiVersion === undefined) {
    const message = `Missing required header: Stripe-Version. Name the version that the mobile SDK asks for, such as ${API_VERSION}.`
    throw new ApiError(400, { code: 'parameter_missing', message })
  }
  const key = keyElsewhere(call, session, call.apiVersion, id)
  if (key !== undefined) return key
  const maker = call.principal.kind === 'key' ? await tx.apiKeys.byId(call.principal.id) : undefined
  const secret = randomSecret(`${PREFIX}${livemode ? 'live' : 'test'}_`)
  const made: EphemeralKeyRecord = {
    id,
    livemode,
    hash: sha256(secret),
    tail: secret.slice(-4),
    session: session.id,
    api_key: maker?.id ?? null,
    created: now,
    expires: Math.min(now + LIFE_OF_EPHEMERAL_KEY, maker?.expires ?? Number.POSITIVE_INFINITY),
  }
  await tx.ephemeralKeys.insert(made)
  return { ...toResource(made), secret }
}

/**
 * Makes the key at the session's verifier, after the transaction. `id` names the call, so a request that is repeated
 * gets the same key. Answers what is ignored then, or undefined if the key is made here.
 */
function keyElsewhere(
  call: WriteCall,
  session: SessionRecord,
  apiVersion: string,
  id: string,
): EphemeralKey | undefined {
  if (session.remote === null) return undefined
  const verifier = verifierOf(call, session)
  const make = verifier.ephemeralKey?.bind(verifier)
  if (make === undefined) return undefined
  const held = heldSession(session, session.remote.id ?? session.id)
  call.later<EphemeralKey>(async () => {
    const key = await askVerifier(TIME_LIMIT, ({ signal }) => make(held, { key: id, signal, apiVersion }))
    return async ({ tx }) => {
      if (!(key instanceof VerifierError)) return { answer: key }
      // The request can be sent again, and begins anew.
      await tx.idempotency.forgetAbout(id)
      return { failure: failureOf(key, unanswered) }
    }
  })
  const { created, livemode } = session
  return toResource({ id, session: session.id, created, expires: created, livemode })
}

/**
 * Deletes it at once, with every stored answer that holds its secret. A key that is not of this service was made by the
 * verifier of the mode, which is asked to delete it.
 */
export async function deleteEphemeralKey(call: WriteCall, id: string): Promise<EphemeralKey> {
  const { tx, livemode } = call
  const key = await tx.ephemeralKeys.delete(livemode, id)
  if (key === undefined) return deletedElsewhere(call, id)
  await tx.idempotency.forgetAbout(id)
  return toResource(key)
}

/** What is answered first is ignored: the answer is the verifier's. */
function deletedElsewhere(call: WriteCall, id: string): EphemeralKey {
  const { livemode, now, verifiers } = call
  const verifier = verifiers.of(livemode)
  const end = verifier?.endEphemeralKey?.bind(verifier)
  // Nothing but an id becomes part of an address there.
  if (end === undefined || !/^ephkey_[A-Za-z0-9]{1,100}$/.test(id)) throw notFound('ephemeral_key', id, 'key')
  const doing = call.id('req')
  call.later<EphemeralKey>(async () => {
    const ended = await askVerifier(TIME_LIMIT, ({ signal }) => end({ id, livemode }, { key: doing, signal }))
    return async () => (ended instanceof VerifierError ? { failure: failureOf(ended, unanswered) } : { answer: ended })
  })
  return toResource({ id, session: '', created: now, expires: now, livemode })
}

/** An ephemeral key with the API key that made it; it is valid only while that one is. */
export interface FoundEphemeralKey {
  readonly key: EphemeralKeyRecord
  readonly maker: ApiKeyRecord | undefined
}

export async function findEphemeralKey(
  { tx }: Pick<ReadCall, 'tx'>,
  secret: string,
): Promise<FoundEphemeralKey | undefined> {
  const key = secret.startsWith(PREFIX) ? await tx.ephemeralKeys.byHash(sha256(secret)) : undefined
  return key && { key, maker: key.api_key === null ? undefined : await tx.apiKeys.byId(key.api_key) }
}

function toResource({
  id,
  session,
  created,
  expires,
  livemode,
}: Omit<EphemeralKeyRecord, 'hash' | 'tail' | 'api_key'>): EphemeralKey {
  return {
    id,
    object: 'ephemeral_key',
    associated_objects: [{ id: session, type: SESSION }],
    created,
    expires,
    livemode,
  }
}
