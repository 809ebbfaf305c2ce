import { sha256 } from '../../../model/canonical.js'
import type { ApiKey, ListObject } from '../../../model/resources.js'
import type { FlowBinding } from '../../../store/flows.js'
import type { ApiKeyRecord, KeyBinding } from '../../../store/keys.js'
import { hasHidden } from '../../../text/hidden-characters.js'
import { nearest } from '../../../text/nearest.js'
import { controlCharacterIssues } from '../../../validate/control-characters.js'
import { ApiError, invalid, invalidValue, missing, notFound } from '../../api-error.js'
import type { Caller, ReadCall, WriteCall } from '../calls/call.js'
import { type ListParams, listObject, pageOf, rangeOf } from '../calls/list.js'
import { actorOf, isAtTheStore, scopesOf as scopesOfPrincipal } from '../calls/principal.js'
import { audit } from '../people/audit.js'
import { areWithin, type BindingParams, beyondBinding, bindingOf, checkBinding } from './binding.js'
import { findEphemeralKey } from './ephemeral-keys.js'
import { randomSecret } from './random-secret.js'
import { allows, SCOPES, type Scope } from './scopes.js'

export interface CreateKeyParams extends BindingParams {
  /** Shown to people, and recorded as the actor of changes made with the key. */
  readonly name: string
  /** By default the caller's own. Only a caller with direct access to the store may choose. */
  readonly mode?: 'test' | 'live' | undefined
  /** Makes a restricted key, limited to these scopes. */
  readonly scopes?: readonly string[] | null | undefined
  /** Unix seconds. By default the expiry of the key that makes it; most never expire. */
  readonly expires?: number | undefined
}

export type { ApiKey }

/** The only answer that holds the key. */
export type CreatedApiKey = ApiKey & { readonly secret: string }

const ENDPOINT = '/v1/api_keys'
export const LONGEST_NAME = 100
export const LONGEST_LIFE_IN_YEARS = 5
const LIFE = LONGEST_LIFE_IN_YEARS * 366 * 24 * 60 * 60

export async function createKey(
  call: WriteCall,
  params: CreateKeyParams,
  origin: ApiKeyRecord['origin'] = null,
): Promise<CreatedApiKey> {
  const livemode = modeOf(call, params.mode)
  checkName(params.name)
  const scopes = checkScopes(params.scopes)
  const binding = checkBinding(params, scopes)
  const given = { ...binding, scopes, expires: checkExpiry(call, params.expires) }
  const { expires, addresses } = await checkAgainstMaker(call, given)
  const secret = randomSecret(prefixOf({ livemode, scopes }))
  const key: ApiKeyRecord = {
    id: call.id('ak'),
    livemode,
    name: params.name,
    // The key is long and random, so one round of a fast hash is safe: it cannot be guessed from the hash.
    hash: hashOf(secret, { ...binding, addresses }),
    tail: secret.slice(-4),
    scopes,
    created: call.now,
    created_by: actorOf(call.principal),
    expires,
    last_used: null,
    revoked: null,
    revoked_by: null,
    ...binding,
    addresses,
    origin,
  }
  await call.tx.apiKeys.insert(key)
  await audit(call, { action: 'api_key.created', object: key.id, livemode })
  return { ...toResource(key), secret }
}

/** Keys of the caller's mode, newest first, revoked and expired ones too. */
export async function listKeys(call: ReadCall, params: ListParams = {}): Promise<ListObject<ApiKey>> {
  const { tx, livemode } = call
  const page = await pageOf(params, 'api_key', async (id) => (await tx.apiKeys.byId(id))?.livemode === livemode)
  const keys = await tx.apiKeys.list(livemode, { created: rangeOf(params.created) }, page)
  return listObject(ENDPOINT, keys, toResource)
}

/** All keys of both modes, for a caller with direct access to the store. */
export async function listEveryKey(call: ReadCall): Promise<ListObject<ApiKey>> {
  const data = [...(await everyKeyOf(call, false)), ...(await everyKeyOf(call, true))]
  data.sort((a, b) => (a.id < b.id ? 1 : -1))
  return listObject(ENDPOINT, { data, has_more: false }, toResource)
}

/** All keys of a mode, newest first, revoked and expired ones too. */
async function everyKeyOf({ tx }: ReadCall, livemode: boolean): Promise<readonly ApiKeyRecord[]> {
  const data: ApiKeyRecord[] = []
  for (let more = true; more; ) {
    const page = await tx.apiKeys.list(livemode, {}, { limit: 100, starting_after: data.at(-1)?.id })
    data.push(...page.data)
    more = page.has_more
  }
  return data
}

/** The keys of a mode that are good now, newest first, and those of them that are first keys of the service. */
export async function validKeysOf(
  call: ReadCall,
  livemode: boolean,
): Promise<{ readonly valid: readonly ApiKey[]; readonly first: readonly ApiKey[] }> {
  const valid = (await everyKeyOf(call, livemode)).filter((key) => isValid(key, call.now))
  const first = valid.filter(({ origin }) => origin === 'bootstrap')
  return { valid: valid.map(toResource), first: first.map(toResource) }
}

export async function retrieveKey(call: ReadCall, id: string): Promise<ApiKey> {
  return toResource(await findKey(call, id))
}

/** The key that asks. Every key may see its own data. */
export async function currentKey(call: ReadCall): Promise<ApiKey> {
  if (call.principal.kind !== 'key') throw notFound('api_key', 'current', 'api_key')
  return toResource(await findKey(call, call.principal.id))
}

/** Revokes for good, and at once: every request looks up its key. A key revoked earlier keeps its time. */
export async function revokeKey(call: WriteCall, id: string): Promise<ApiKey> {
  const key = await findKey(call, id)
  if (key.revoked !== null) return toResource(key)
  const by = actorOf(call.principal)
  await call.tx.apiKeys.revoke(id, call.now, by)
  await audit(call, { action: 'api_key.revoked', object: id, livemode: key.livemode })
  return toResource({ ...key, revoked: call.now, revoked_by: by })
}

export type KeyCheck = ValidKey | { readonly status: 'revoked' | 'expired' | 'unknown' }

export interface ValidKey {
  readonly status: 'valid'
  readonly caller: Caller
  readonly keyId: string
  /** The last characters of the key, for the log. */
  readonly tail: string
  /** The minute to mark the key as used in, if not done yet; see markUsed. */
  readonly unmarked: number | null
}

/** The caller that a key stands for. */
export async function checkApiKey({ tx, now }: Pick<ReadCall, 'tx' | 'now'>, secret: string): Promise<KeyCheck> {
  // Looking up a hash reveals nothing by its timing: similar keys have very different hashes.
  const key = await tx.apiKeys.byHash(sha256(secret), boundHash(secret))
  if (key === undefined) return checkEphemeralKey({ tx, now }, secret)
  if (!isValid(key, now)) return { status: key.revoked === null ? 'expired' : 'revoked' }
  const { id, livemode, name, tail, last_used, addresses } = key
  const minute = now - (now % 60)
  return {
    status: 'valid',
    caller: {
      livemode,
      principal: { kind: 'key', id, name, scopes: scopesOf(key), binding: flowBinding(key), addresses },
    },
    keyId: id,
    tail,
    unmarked: last_used === null || last_used < minute ? minute : null,
  }
}

/** The caller that an ephemeral key stands for. */
async function checkEphemeralKey({ tx, now }: Pick<ReadCall, 'tx' | 'now'>, secret: string): Promise<KeyCheck> {
  const found = await findEphemeralKey({ tx }, secret)
  if (found === undefined) return { status: 'unknown' }
  const { key, maker } = found
  if (now >= key.expires) return { status: 'expired' }
  if (key.api_key !== null && (maker === undefined || !isValid(maker, now))) return { status: 'revoked' }
  const { id, livemode, tail, session } = key
  const caller: Caller = { livemode, principal: { kind: 'ephemeral_key', id, session } }
  return { status: 'valid', caller, keyId: id, tail, unmarked: null }
}

/** Marks keys as used in a minute. */
export async function markUsed({ tx }: WriteCall, ids: readonly string[], minute: number): Promise<void> {
  await tx.apiKeys.touch(ids, minute)
}

function isValid({ revoked, expires }: ApiKeyRecord, now: number): boolean {
  return revoked === null && (expires === null || now < expires)
}

/** Over the API, callers see keys of their own mode only. A caller with direct access to the store sees all. */
async function findKey({ tx, principal, livemode }: ReadCall, id: string): Promise<ApiKeyRecord> {
  const key = await tx.apiKeys.byId(id)
  if (key === undefined || (!isAtTheStore(principal) && key.livemode !== livemode))
    throw notFound('api_key', id, 'api_key')
  return key
}

function modeOf({ principal, livemode }: WriteCall, mode = livemode ? 'live' : 'test'): boolean {
  if (mode !== 'test' && mode !== 'live') {
    throw invalidValue('mode', 'Invalid mode: must be test or live.')
  }
  if (!isAtTheStore(principal) && (mode === 'live') !== livemode) {
    throw invalidValue('mode', 'Invalid mode: a key makes keys of its own mode only.')
  }
  return mode === 'live'
}

function checkName(name: string | undefined): void {
  if (name === undefined || name === '') throw missing('name')
  if (name.trim() === '') throw invalid('parameter_invalid_string_blank', 'name', 'Invalid name: it is blank.')
  if (name.length > LONGEST_NAME || controlCharacterIssues(name).length > 0) {
    throw invalidValue('name', `Invalid name: one line of at most ${LONGEST_NAME} characters.`)
  }
  // It is shown as the actor of changes: such a character would make it, and the text around it, read as another one.
  if (hasHidden(name)) {
    throw invalidValue('name', 'Invalid name: it holds an invisible character, or one that reorders text. Remove it.')
  }
}

/** In the order of SCOPES, without duplicates. */
function checkScopes(scopes: readonly string[] | null | undefined): readonly Scope[] | null {
  if (scopes == null) return null
  if (scopes.length === 0) throw invalid('parameter_invalid_empty', 'scopes', 'Invalid scopes: name at least one.')
  for (const [index, scope] of scopes.entries()) {
    if ((SCOPES as readonly string[]).includes(scope)) continue
    const near = nearest(scope, SCOPES)
    const hint = near === undefined ? `must be one of ${SCOPES.join(', ')}` : `did you mean ${near}?`
    throw invalidValue(`scopes[${index}]`, `Invalid scope: ${hint}`)
  }
  return SCOPES.filter((scope) => scopes.includes(scope))
}

function checkExpiry({ now }: WriteCall, expires: number | undefined): number | null {
  if (expires === undefined) return null
  if (Number.isInteger(expires) && expires > now && expires <= now + LIFE) return expires
  const message = `Invalid expires: a time to come, at most ${LONGEST_LIFE_IN_YEARS} years from now.`
  throw invalidValue('expires', message)
}

/** A key cannot make a key with more rights or a longer life than its own. Answers what the new key gets of its maker. */
async function checkAgainstMaker(
  call: WriteCall,
  {
    scopes,
    expires,
    addresses,
  }: Pick<ApiKeyRecord, 'expires' | 'addresses'> & { readonly scopes: readonly Scope[] | null },
): Promise<Pick<ApiKeyRecord, 'expires' | 'addresses'>> {
  const { principal } = call
  const maker = principal.kind === 'key' ? await makerToWrite(call, principal.id) : undefined
  const own = maker === undefined ? scopesOfPrincipal(principal) : scopesOf(maker)
  if (own !== null && scopes === null) throw mayNotGive('a restricted key makes restricted keys only: give scopes')
  const beyond = scopes?.find((scope) => !allows(own, scope))
  if (beyond !== undefined) throw mayNotGive(`the key has no scope ${beyond} to give`)
  const last = maker?.expires ?? null
  if (last !== null && expires !== null && expires > last) {
    const message = 'Invalid expires: later than the key that makes it.'
    throw invalidValue('expires', message)
  }
  // Other keys reach what a bound one does not, so the gate lets it make none. The rule holds without the gate, too.
  if (bindingOf(principal) !== null || (maker && flowBinding(maker) !== null)) throw beyondBinding(principal)
  const from = maker?.addresses ?? null
  if (from !== null && addresses !== null && !areWithin(addresses, from)) {
    const message = 'A key makes none that may do more than itself: it may not be used from all of these addresses.'
    throw new ApiError(403, { code: 'key_bound', param: 'addresses', message })
  }
  return { expires: expires ?? last, addresses: addresses ?? from }
}

/** The key that makes another one, locked until the transaction ends: a revocation comes before it or after it. */
async function makerToWrite({ tx, now }: WriteCall, id: string): Promise<ApiKeyRecord> {
  const maker = await tx.apiKeys.toWrite(id)
  // The key was valid at the start of the request.
  if (maker !== undefined && isValid(maker, now)) return maker
  throw new ApiError(401, { code: 'api_key_expired', message: 'Expired API Key provided.' })
}

function mayNotGive(why: string): ApiError {
  const message = `A key makes none that may do more than itself: ${why}.`
  return new ApiError(403, { code: 'scope_missing', param: 'scopes', message })
}

function scopesOf({ scopes }: ApiKeyRecord): readonly Scope[] | null {
  return scopes as readonly Scope[] | null
}

function prefixOf({ livemode, scopes }: Pick<ApiKeyRecord, 'livemode' | 'scopes'>): string {
  return `${scopes === null ? 'sk' : 'rk'}_${livemode ? 'live' : 'test'}_`
}

/** The flows that a key reaches; null for all. */
function flowBinding({ project, flows }: KeyBinding): FlowBinding | null {
  return project === null && flows === null ? null : { project, keys: flows }
}

/** A program that does not know bindings must not find a key that has one; see the migration 0010-key-bindings. */
function hashOf(secret: string, { project, flows, addresses }: KeyBinding): string {
  return project === null && flows === null && addresses === null ? sha256(secret) : boundHash(secret)
}

function boundHash(secret: string): string {
  return sha256(`bound ${secret}`)
}

/** How a key is shown: never the key itself. */
export function toResource(key: ApiKeyRecord): ApiKey {
  return {
    id: key.id,
    object: 'api_key',
    created: key.created,
    addresses: key.addresses,
    created_by: key.created_by,
    expires: key.expires,
    flows: key.flows,
    last_used: key.last_used,
    livemode: key.livemode,
    name: key.name,
    project: key.project,
    redacted: `${prefixOf(key)}...${key.tail}`,
    revoked: key.revoked,
    revoked_by: key.revoked_by,
    scopes: scopesOf(key),
    type: key.scopes === null ? 'secret' : 'restricted',
  }
}
