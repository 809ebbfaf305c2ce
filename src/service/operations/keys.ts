import { randomBytes } from 'node:crypto'
import { sha256 } from '../../model/canonical.js'
import type { ListObject } from '../../model/resources.js'
import type { ApiKeyRecord } from '../../store/store.js'
import { controlCharacterIssues } from '../../validate/control-characters.js'
import { invalid, missing, notFound } from '../api-error.js'
import type { Caller, ReadCall, WriteCall } from './call.js'
import type { Scope } from './scopes.js'

export interface CreateKeyParams {
  readonly mode: 'test' | 'live'
  /** For people, and the actor of what is done with the key. */
  readonly name: string
}

/** An API key as it is listed: the key itself is not kept. */
export interface ApiKey {
  readonly id: string
  readonly object: 'api_key'
  readonly created: number
  readonly created_by: string | null
  readonly livemode: boolean
  readonly name: string
  /** Its beginning and its last four characters. */
  readonly redacted: string
  readonly revoked: number | null
}

/** The one answer that holds the key. */
export type CreatedApiKey = ApiKey & { readonly secret: string }

export const LONGEST_NAME = 100
const BYTES = 24

export async function createKey(call: WriteCall, { mode, name }: CreateKeyParams): Promise<CreatedApiKey> {
  if (mode !== 'test' && mode !== 'live')
    throw invalid('parameter_invalid', 'mode', 'Invalid mode: must be test or live.')
  checkName(name)
  const secret = `sk_${mode}_${BigInt(`0x${randomBytes(BYTES).toString('hex')}`)
    .toString(36)
    .padStart(38, '0')}`
  const key: ApiKeyRecord = {
    id: call.id('ak'),
    livemode: mode === 'live',
    name,
    // The key is random and long, so one round of a fast hash cannot be guessed back.
    hash: sha256(secret),
    tail: secret.slice(-4),
    scopes: null,
    created: call.now,
    created_by: call.actor,
    expires: null,
    last_used: null,
    revoked: null,
  }
  await call.tx.apiKeys.insert(key)
  return { ...toResource(key), secret }
}

/** Keys of both modes, newest first, revoked ones too. */
export async function listKeys({ tx }: ReadCall): Promise<ListObject<ApiKey>> {
  return { object: 'list', url: '/v1/api_keys', has_more: false, data: (await tx.apiKeys.list()).map(toResource) }
}

/** For good. A key revoked before stays as it was. */
export async function revokeKey({ tx, now }: WriteCall, id: string): Promise<ApiKey> {
  const key = await tx.apiKeys.byId(id)
  if (key === undefined) throw notFound('api_key', id)
  await tx.apiKeys.revoke(id, now)
  return toResource({ ...key, revoked: key.revoked ?? now })
}

export type KeyCheck =
  | { readonly status: 'valid'; readonly caller: Caller; readonly tail: string }
  | { readonly status: 'revoked' | 'unknown' }

/** Who a key stands for. */
export async function checkApiKey({ tx }: Pick<ReadCall, 'tx'>, secret: string): Promise<KeyCheck> {
  // Looking up a hash tells an attacker nothing by its timing: nearby keys have unlike hashes.
  const key = await tx.apiKeys.byHash(sha256(secret))
  if (key === undefined) return { status: 'unknown' }
  if (key.revoked !== null) return { status: 'revoked' }
  const scopes = key.scopes as readonly Scope[] | null
  return {
    status: 'valid',
    caller: { livemode: key.livemode, actor: key.name, key: { id: key.id, scopes } },
    tail: key.tail,
  }
}

function checkName(name: string): void {
  if (name === '') throw missing('name')
  if (name.trim() === '') throw invalid('parameter_invalid_string_blank', 'name', 'Invalid name: it is blank.')
  if (name.length > LONGEST_NAME || controlCharacterIssues(name, []).length > 0) {
    throw invalid('parameter_invalid', 'name', `Invalid name: one line of at most ${LONGEST_NAME} characters.`)
  }
}

function toResource(key: ApiKeyRecord): ApiKey {
  return {
    id: key.id,
    object: 'api_key',
    created: key.created,
    created_by: key.created_by,
    livemode: key.livemode,
    name: key.name,
    redacted: `sk_${key.livemode ? 'live' : 'test'}_...${key.tail}`,
    revoked: key.revoked,
  }
}
